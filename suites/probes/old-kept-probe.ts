import { valueAt } from '../../contract/flow/value-at.ts';
import { sqlBoolean, sqlNumber } from '../../contract/ports/sql-rows.ts';
import { encodeRequest } from '../../contract/flow/http.ts';
import { holds, type Statement } from '../../contract/flow/statement.ts';
import { readHeaders } from '../../contract/plan/headers.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { databaseAddress } from '../../contract/plan/sql-database.ts';
import type { Target } from '../../contract/plan/target.ts';
import { FENCE_QUERY, fenceProblem } from '../../safety/read-only-fence.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { CannotTell } from '../cannot-tell.ts';
import { Doubts } from '../doubts.ts';
import { ask, type Probed, type ProbeTools } from '../probe-finding.ts';
import { momentIn, readDocument, refuseValue } from '../state/read-document.ts';
import { columnOf, isMysql, withDatabase } from '../state/read-rows.ts';
import type { ProbeLook } from './probe-look.ts';

type OldKeptProbe = Extract<Probe, { kind: 'old-kept' }>;

export const oldKeptLook: ProbeLook<OldKeptProbe> = {
  mostAnswers: ({ answers }) => answers.length + 3,
  look: (probe, tools, { plan }) => probeOldKept(probe, tools, plan.target),
};

const DAY_MS = 86_400_000;

/** Looks at old, and writes nothing to find out whether it can be written. @throws CannotTell */
export async function probeOldKept(
  probe: OldKeptProbe,
  tools: ProbeTools,
  target: Target,
  now = Date.now(),
): Promise<Probed> {
  const { answers, database, until, keptUntil, budgetMs } = probe;
  // The day counts to its end.
  if (now >= Date.parse(until) + DAY_MS) {
    throw new CannotTell('date-over', `old had to be kept until ${until}, and that is over`, {
      remedy: 'take the check out of the plan, or name a later date',
    });
  }
  const ofOld = { ...tools, urls: target.old?.urls ?? {}, thirdParties: new Set<string>() };
  const statements: Statement[] = [];
  const doubts = new Doubts();
  for (const one of answers)
    await doubts.try(async () => void statements.push(...(await answerStatements(one, ofOld, budgetMs))));
  await doubts.try(async () => {
    if (database !== undefined) statements.push(await writeStatement(database, target, budgetMs));
  });
  await doubts.try(async () => {
    if (keptUntil !== undefined) statements.push(await keptStatement(probe, keptUntil, ofOld));
  });
  doubts.raise(statements);
  return {
    statements,
    holds: `old is there${database === undefined ? '' : ' and read-only'}; it must be kept until ${until}`,
    cause: 'old-not-kept',
    remedy:
      'without old there is no way back: start it again, or make it read-only, before anything else is done',
  };
}

/** @throws CannotTell */
async function keptStatement(
  { until, budgetMs }: OldKeptProbe,
  keptUntil: NonNullable<OldKeptProbe['keptUntil']>,
  tools: ProbeTools,
): Promise<Statement> {
  const said = valueAt(await readDocument(keptUntil, tools, budgetMs), keptUntil.at);
  const day =
    (typeof said === 'string' && /^\d{4}-\d\d-\d\d$/.test(said) ? Date.parse(said) : momentIn(said)) ??
    refuseValue(keptUntil.at, said, 'a date or a moment with its zone');
  return holds(
    'kept until',
    day >= Date.parse(until),
    new Date(day).toISOString().slice(0, 10),
    `>= ${until}`,
  );
}

async function answerStatements(
  { endpoint, path, headers, status, contains }: OldKeptProbe['answers'][number],
  tools: ProbeTools,
  budgetMs: number,
): Promise<readonly Statement[]> {
  const request = encodeRequest(
    { method: 'GET', path, endpoint, headers: readHeaders(headers, resolveSecret) },
    tools.urls,
  );
  const name = `old ${path}`;
  // A maintenance page answers 503 with Retry-After, and is not to be waited for.
  const asked = await ask(tools, request, name, budgetMs, (answered) => answered === status);
  if ('none' in asked) return [asked.none];
  const { answer } = asked;
  const statements = [holds(name, answer.status === status, answer.status, status)];
  if (contains === undefined || answer.status !== status) return statements;
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  const there = text.includes(contains);
  return [...statements, holds(`${name} says`, there, there ? contains : 'something else', contains)];
}

async function writeStatement(database: string, target: Target, budgetMs: number): Promise<Statement> {
  const name = `database ${database}`;
  const mysql = isMysql(databaseAddress(target, database));
  return withDatabase(target, database, budgetMs, async (sql) => {
    if (mysql) {
      const { rows } = await sql.read({ text: 'select @@global.read_only as read_only' });
      // MySQL has words beside on and off, which MariaDB 12 took over.
      const said = rows[0]?.['read_only'] ?? 'off';
      const off = sqlBoolean(said) === false;
      return holds(name, !off, off ? 'read_only is off: anybody may write' : 'read-only', 'read-only');
    }
    const [row = {}] = (await sql.read({ text: FENCE_QUERY })).rows;
    const count = (column: string): number => columnOf(row, column, sqlNumber, 'number');
    const hidden = count('hidden');
    const unsaid = row['read_only'] === 'unsaid';
    const found = {
      // What cannot be looked at is ours, and told apart from what is wrong.
      read_only: unsaid ? 'on' : (row['read_only'] ?? ''),
      standby: columnOf(row, 'standby', sqlBoolean, 'truth value'),
      writing: count('writing'),
      hidden: 0,
      prepared: count('prepared'),
      exempt: row['exempt'] ?? null,
    };
    const problem = fenceProblem(found);
    if (problem === undefined && !found.standby && unsaid)
      throw new CannotTell(
        'own-setting',
        'old is read-only for the role that looks, and nothing says that it is for others',
        { remedy: 'look as a role without a default_transaction_read_only of its own' },
      );
    if (problem === undefined && !found.standby && hidden > 0)
      throw new CannotTell('sessions-hidden', `${hidden} sessions on old can't be looked at`, {
        remedy: 'grant pg_read_all_stats to this role',
      });
    return holds(name, problem === undefined, problem ?? 'read-only', 'read-only');
  });
}
