import { Unavailable } from '../../contract/cannot-tell.ts';
import { nextPageOf } from '../../contract/flow/next-page.ts';
import { valueAt } from '../../contract/flow/value-at.ts';
import { encodeRequest } from '../../contract/flow/http.ts';
import { holds, type Statement } from '../../contract/flow/statement.ts';
import { readHeaders } from '../../contract/plan/headers.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import type { RlsRole } from '../../contract/plan/probes/rls.ts';
import { sqlBoolean, type SqlIdentity, type SqlPort } from '../../contract/ports/sql-rows.ts';
import type { Target } from '../../contract/plan/target.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { CannotTell } from '../cannot-tell.ts';
import { logInOn, type LogInTools } from '../parity/log-in.ts';
import { answersOfLogIn } from '../parity/who-asks.ts';
import { ask, type Probed, type ProbeTools } from '../probe-finding.ts';
import { numberIn, refuseValue } from '../state/read-document.ts';
import { columnOf, databaseUnavailable, readAllRows, withDatabase } from '../state/read-rows.ts';
import { wrongWords } from '../words.ts';
import type { ProbeLook } from './probe-look.ts';

type RlsProbe = Extract<Probe, { kind: 'rls' }>;
type RlsEndpoint = RlsProbe['endpoints'][number];

export const rlsLook: ProbeLook<RlsProbe> = {
  mostAnswers: ({ roles, endpoints }, plan) =>
    roles.length * endpoints.length * 3 +
    roles.reduce(
      (sum, { logIn }) =>
        sum + (logIn === undefined ? 0 : answersOfLogIn(plan, { ...logIn, harmlessBecause: 'new alone' })),
      0,
    ),
  look: (probe, tools, logIn) => probeRls(probe, tools, logIn.plan.target, (role) => headersOf(role, logIn)),
};

/** @throws CannotTell where it cannot log in: a check of its own says whether people can */
async function headersOf(role: RlsRole, tools: LogInTools): Promise<Readonly<Record<string, string>>> {
  const written = readHeaders(role.headers, resolveSecret);
  if (role.logIn === undefined) return written;
  const { finding, headers } = await logInOn('new', role.logIn, tools);
  if (finding.outcome === 'pass') return { ...headers, ...written };
  throw new CannotTell('log-in-fails', `"${role.name}" cannot log in: ${finding.summary}`, {
    remedy: `correct the flow "${role.logIn.flow}" or the account that it uses`,
  });
}

/** What one role sees of one endpoint. */
interface Sight {
  readonly refused: boolean;
  readonly inBoth: number;
  readonly onlyInApi: readonly string[];
  readonly onlyInDatabase: readonly string[];
}

const MOST_NAMED = 10;

/**
 * Compares, for every role and endpoint, the ids that the database shows it with those of the API.
 * @param headersFor what a role sends
 * @throws CannotTell
 */
export async function probeRls(
  probe: RlsProbe,
  tools: ProbeTools,
  target: Target,
  headersFor: (role: RlsRole) => Promise<Readonly<Record<string, string>>>,
): Promise<Probed> {
  const { roles, endpoints, database, budgetMs } = probe;
  const statements: Statement[] = [];
  const unclear: CannotTell[] = [];
  const seenAt = new Map<string, number>(endpoints.map(({ path }) => [path, 0]));
  const held: string[] = [];
  await withDatabase(target, database, budgetMs, async (sql) => {
    for (const role of roles) {
      try {
        const headers = await headersFor(role);
        if (await isHeld(role, sql)) held.push(role.name);
        const looks = endpoints.map(async (one) => ({
          one,
          sight: await compare(one, role, headers, sql, probe, tools),
        }));
        const settled = await Promise.allSettled(looks);
        const sights = settled.flatMap((look) => (look.status === 'fulfilled' ? [look.value] : []));
        // One that is let in nowhere has the wrong account, or none of these endpoints is for it: nothing tells which.
        if (
          sights.every(({ sight }) => sight.refused) &&
          sights.some(({ sight }) => sight.onlyInDatabase.length > 0)
        ) {
          throw new CannotTell('refused-everywhere', `"${role.name}" is refused by every endpoint`, {
            remedy: 'renew what it sends, or add an endpoint that lets it in',
          });
        }
        const unclearToo = sights.length < looks.length;
        for (const { one, sight } of sights) {
          // What was refused beside an answer that cannot be told may be refused for what the role sends.
          if (unclearToo && sight.refused && sight.onlyInDatabase.length > 0) continue;
          seenAt.set(one.path, (seenAt.get(one.path) ?? 0) + sight.inBoth);
          statements.push(statementOf(role.name, one.path, sight));
        }
        // Neither may an endpoint that cannot be told hide what another one shows.
        await Promise.all(looks);
      } catch (error) {
        // A role that cannot be told must not hide what another one sees.
        if (!(error instanceof CannotTell)) throw error;
        unclear.push(error instanceof Unavailable ? databaseUnavailable(database, error) : error);
      }
    }
  });
  const wrong = statements.filter(({ ok }) => !ok);
  const [first] = wrong;
  if (first === undefined) {
    if (unclear[0] !== undefined) throw unclear[0];
    refuseNothingSeen(seenAt);
    if (held.length === 0) throw notHeld('every role');
  }
  return {
    statements,
    holds: `${roles.length} roles see the same rows in the database and through ${endpoints.length} endpoints`,
    ...(first !== undefined && {
      wrong: `${wrong.length} of ${statements.length} views differ; ${first.name}: ${String(first.measured)}`,
    }),
    cause: 'rows-seen-differ',
    remedy:
      'correct the policy of the table or the guard of the endpoint: one of them lets through what the other does not',
    sampleSize: statements.length,
  };
}

/**
 * Whether policies hold a role at all. One that the plan names may be meant to see everything, as whoever serves does.
 * @throws CannotTell for the role of the address, which nobody chose
 */
async function isHeld(role: RlsRole, sql: SqlPort): Promise<boolean> {
  const { rows } = await sql.read({
    text: 'select rolsuper or rolbypassrls as bypasses from pg_catalog.pg_roles where rolname = current_user',
    as: identityOf(role),
  });
  if (!columnOf(rows[0] ?? {}, 'bypasses', sqlBoolean, 'truth value')) return true;
  if (role.role === undefined) throw notHeld(`"${role.name}", who looks as the role of the address,`);
  return false;
}

function notHeld(who: string): CannotTell {
  return new CannotTell('policies-bypassed', `${who} bypasses row-level security: no policy was looked at`, {
    remedy: 'name in `role` one that policies hold, such as that with which the API connects',
  });
}

function identityOf({ role, settings }: RlsRole): SqlIdentity {
  return { settings, ...(role !== undefined && { role }) };
}

function statementOf(role: string, path: string, { inBoth, onlyInApi, onlyInDatabase }: Sight): Statement {
  const parts = [
    ...(onlyInApi.length > 0 ? [`only through the API: ${named(onlyInApi)}`] : []),
    ...(onlyInDatabase.length > 0 ? [`only in the database: ${named(onlyInDatabase)}`] : []),
  ];
  const same = `the same ${inBoth} rows`;
  return holds(
    `${role} ${path}`,
    parts.length === 0,
    parts.length === 0 ? same : parts.join('; '),
    'the same rows',
  );
}

function named(ids: readonly string[]): string {
  const rest = ids.length - MOST_NAMED;
  return `${ids.slice(0, MOST_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function refuseNothingSeen(seenAt: ReadonlyMap<string, number>): void {
  const [path] = [...seenAt].find(([, rows]) => rows === 0) ?? [];
  if (path === undefined) return;
  throw new CannotTell(
    'nothing-to-see',
    `no role sees a row of ${path}, in the database or through the API`,
    {
      remedy:
        'let one of the roles be somebody who has rows there: refusing everybody everything is no proof',
    },
  );
}

async function compare(
  endpoint: RlsEndpoint,
  role: RlsRole,
  headers: Readonly<Record<string, string>>,
  sql: SqlPort,
  { endpoint: address, budgetMs }: RlsProbe,
  tools: ProbeTools,
): Promise<Sight> {
  const before = await idsInDatabase(endpoint, role, sql);
  const request = encodeRequest(
    { method: 'GET', path: endpoint.path, endpoint: address, headers },
    tools.urls,
  );
  const asked = await ask(tools, request, `${role.name} ${endpoint.path}`, budgetMs);
  if ('none' in asked) {
    throw new CannotTell('no-answer', `${role.name} ${endpoint.path}: ${wrongWords(asked.none)}`, {
      remedy: 'that the endpoint answers at all is for a probe of the kind endpoints',
    });
  }
  const { status, body } = asked.answer;
  const refused = status === 403 || status === 404;
  if (!refused && (status < 200 || status > 299)) {
    throw new CannotTell('not-let-in', `${role.name} ${endpoint.path} answered ${status}`, {
      remedy: 'renew what the role sends; only 403 and 404 say that it may see nothing',
    });
  }
  const entries = valueAt(body, endpoint.list);
  const more =
    refused || endpoint.whole === true || !Array.isArray(entries)
      ? undefined
      : nextPageOf(asked.answer, endpoint.list, entries.length);
  if (more !== undefined) {
    throw new CannotTell('only-a-page', `${endpoint.path} gave a page of its rows: ${more}`, {
      remedy: 'ask for a page that holds all: ?limit=1000; if it does, say whole: true',
    });
  }
  const api = refused ? new Set<string>() : idsInDocument(endpoint, body);
  // Rows that came or went in between are on neither side's account.
  const after = await idsInDatabase(endpoint, role, sql);
  const onlyInApi = [...api].filter((id) => !before.has(id) && !after.has(id));
  const onlyInDatabase = [...before].filter((id) => after.has(id) && !api.has(id));
  const most = endpoint.whole === true ? undefined : mostAsked(endpoint.path);
  const full = !refused && Array.isArray(entries) && most !== undefined && entries.length >= most;
  // A list without a word of the rest: what is missing is what did not fit, and no difference.
  if (full && onlyInApi.length === 0 && onlyInDatabase.length > 0) {
    throw new CannotTell(
      'only-a-page',
      `${endpoint.path} gave the ${most} rows that it asks for at most, and there are more`,
      { remedy: 'ask for a page that holds all; if it does, say whole: true' },
    );
  }
  return {
    refused,
    inBoth: [...api].filter((id) => before.has(id) || after.has(id)).length,
    onlyInApi,
    onlyInDatabase,
  };
}

const LIMIT = /^(?:\$?top|limit|take|first|size|count|per_?page|page_?size)$/i;

/** How many rows an address asks for at most; undefined where it does not say. */
function mostAsked(path: string): number | undefined {
  const query = new URLSearchParams(path.split('?')[1] ?? '');
  const limit = [...query].find(([name, value]) => LIMIT.test(name) && /^\d{1,9}$/.test(value))?.[1];
  return limit === undefined ? undefined : Number(limit);
}

async function idsInDatabase(
  { sql: text }: RlsEndpoint,
  role: RlsRole,
  sql: SqlPort,
): Promise<ReadonlySet<string>> {
  const { rows, columns } = await readAllRows(sql, { text, as: identityOf(role) });
  const [id = ''] = columns;
  return new Set(rows.flatMap((row) => row[id] ?? []));
}

function idsInDocument({ list, id }: RlsEndpoint, body: unknown): ReadonlySet<string> {
  const entries = valueAt(body, list);
  if (!Array.isArray(entries)) return refuseValue(list, entries, 'a list');
  return new Set(
    entries.map((entry: unknown) => {
      const value = valueAt(entry, id);
      // As it was sent: a number that JavaScript rounds would be the id of another row.
      if (typeof value === 'string' || typeof value === 'bigint') return String(value);
      return String(numberIn(value) ?? refuseValue(id, value, 'an id'));
    }),
  );
}
