import { sqlMoment, sqlNumber } from '../../contract/ports/sql-rows.ts';
import { holds, type Statement } from '../../contract/flow/statement.ts';
import { durationMs, spanWords } from '../../contract/plan/duration.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { databaseAddress } from '../../contract/plan/sql-database.ts';
import { CannotTell } from '../cannot-tell.ts';
import { Doubts } from '../doubts.ts';
import type { Probed } from '../probe-finding.ts';
import { columnOf, isMysql, withDatabase } from '../state/read-rows.ts';
import { refuseScratch } from '../state/refuse-scratch.ts';
import { runPlanned } from '../state/run-planned.ts';
import { type CommandSurroundings, surroundingsOf } from './command-probe.ts';
import { couldNotAsk } from './could-not-ask.ts';
import type { ProbeLook } from './probe-look.ts';

type RestoreProbe = Extract<Probe, { kind: 'restore' }>;

/** For one question to a database; the budget of the probe is that of the program. */
const QUESTION_MS = 60_000;

export const restoreLook: ProbeLook<RestoreProbe> = {
  mostAnswers: () => 2,
  look: (probe, _tools, { plan }) => probeRestore(probe, plan, surroundingsOf(plan)),
};

/** Restores into the scratch database, once it is sure that it is one, and looks at what came. @throws CannotTell */
export async function probeRestore(
  probe: RestoreProbe,
  plan: Plan,
  surroundings: CommandSurroundings,
): Promise<Probed> {
  const { program, scratch, exitCodes, rtoAtMost } = probe;
  await refuseScratch(plan, scratch, probe.scratchMayHoldTables, QUESTION_MS);
  const { code, output, tookMs } = await runPlanned(probe, probe.budgetMs, surroundings);
  const restored = holds(
    'restore',
    exitCodes.includes(code),
    `exit code ${code}`,
    `exit code ${exitCodes.join(' or ')}`,
  );
  if (!restored.ok) {
    const doubt = couldNotAsk(output.slice(-20));
    if (doubt !== undefined) {
      throw new CannotTell(
        'command-could-not-ask',
        `${program} ended with exit code ${code} and says: ${doubt.line}`,
        {
          remedy: doubt.remedy,
          output,
        },
      );
    }
    return {
      statements: [restored],
      holds: '',
      wrong: `${program} could not restore the back-up: exit code ${code}${output.length > 0 ? `: ${output.at(-1)}` : ''}`,
      cause: 'restore-failed',
      output,
    };
  }
  const doubts = new Doubts();
  const statements = [
    restored,
    ...(rtoAtMost === undefined
      ? []
      : [
          holds(
            'time to restore (RTO)',
            tookMs <= durationMs(rtoAtMost),
            spanWords(tookMs),
            `<= ${rtoAtMost}`,
          ),
        ]),
    ...((await doubts.try(() => tableStatements(probe, plan))) ?? []),
    ...((await doubts.try(() => rpoStatements(probe, plan))) ?? []),
  ];
  doubts.raise(statements);
  return {
    statements,
    holds: `restored in ${spanWords(tookMs)}; ${probe.tables.length} tables have the rows that they must have`,
    cause: 'restored-otherwise',
    remedy:
      'look at what the back-up leaves out, and at how old it is; the scratch database still holds what was restored',
    output,
  };
}

async function tableStatements(
  { tables, from, scratch }: RestoreProbe,
  plan: Plan,
): Promise<readonly Statement[]> {
  const names = tables.map(({ table }) => table);
  const [live, restored] = [
    await countsOf(plan, from, names),
    await countsOf(plan, scratch, names, 'missing'),
  ];
  return tables.map(({ table, differsAtMost, atLeast }, index) => {
    const [there, back] = [live[index] ?? 0, restored[index]];
    const expected = `${there}${differsAtMost > 0 ? ` ± ${differsAtMost}` : ''}${atLeast > 0 ? `, at least ${atLeast}` : ''}`;
    const ok = back !== undefined && Math.abs(there - back) <= differsAtMost && back >= atLeast;
    return { ...holds(`rows of ${table}`, ok, back ?? 'no such table', expected), unit: 'rows' };
  });
}

/**
 * Rows of each table, counted one after the other.
 * @param missing a table that is not there is undefined, and not unknown
 */
async function countsOf(
  plan: Plan,
  database: string,
  tables: readonly string[],
  missing?: 'missing',
): Promise<readonly (number | undefined)[]> {
  const mysql = isMysql(databaseAddress(plan.target, database));
  return withDatabase(plan.target, database, QUESTION_MS, async (sql) => {
    const counts: (number | undefined)[] = [];
    for (const table of tables) {
      if (missing !== undefined && !(await isThere(sql, table, mysql))) counts.push(undefined);
      else {
        const { rows } = await sql.read({
          text: `select count(*) as n from ${quoted(table, mysql)}`,
        });
        counts.push(columnOf(rows[0] ?? {}, 'n', sqlNumber, 'number'));
      }
    }
    return counts;
  });
}

/** Also of a table on which the role has no right: that one is there, and cannot be counted. */
async function isThere(
  sql: Parameters<Parameters<typeof withDatabase>[3]>[0],
  table: string,
  mysql: boolean,
): Promise<boolean> {
  const parts = table.split('.');
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const [name = '', schema] = [parts.at(-1), parts.length > 1 ? parts[0] : undefined];
  const { rows } = await sql.read({
    text: mysql
      ? `select count(*) as n from information_schema.tables where table_name = ${literal(name)}
          and table_schema = ${schema === undefined ? 'database()' : literal(schema)}`
      : `select count(*) as n where to_regclass(${literal(quoted(table, mysql))}) is not null`,
  });
  return columnOf(rows[0] ?? {}, 'n', sqlNumber, 'number') > 0;
}

function quoted(table: string, mysql: boolean): string {
  const mark = mysql ? '`' : '"';
  return table
    .split('.')
    .map((name) => `${mark}${name.replaceAll(mark, mark + mark)}${mark}`)
    .join('.');
}

async function rpoStatements(
  { rpo, from, scratch }: RestoreProbe,
  plan: Plan,
): Promise<readonly Statement[]> {
  if (rpo === undefined) return [];
  const newestOf = (database: string): Promise<number> =>
    withDatabase(plan.target, database, QUESTION_MS, async (sql) => {
      const { rows } = await sql.read({ text: rpo.sql });
      return columnOf(rows[0] ?? {}, 'newest', sqlMoment, 'moment');
    });
  const lost = Math.max(0, (await newestOf(from)) - (await newestOf(scratch)));
  return [
    holds('newest that is lost (RPO)', lost <= durationMs(rpo.atMost), spanWords(lost), `<= ${rpo.atMost}`),
  ];
}
