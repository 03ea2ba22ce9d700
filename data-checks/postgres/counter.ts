import type { CountAnswer, CountQuery, RowCounter } from '../../contract/ports/records.ts';
import { PortUnavailable } from '../../contract/ports/observe.ts';
import { matchName, parseTableName, quoteIdent } from './names.ts';
import { type Relation, resolveRelation } from './relation.ts';
import { rewrittenSince, rewrittenText } from './rewritten.ts';
import { isLostConnection, openSession, type Session, type SessionOptions } from './session.ts';
import { unreadableReason } from './unreadable.ts';

/**
 * Counts rows of PostgreSQL tables. All answers of one counter come from one read-only snapshot, opened with the first
 * question and held until `close`. After a lost connection the next question opens a new one.
 */
export function createPostgresCounter(options: SessionOptions): RowCounter {
  let session: Session | undefined;
  const dropSession = async (): Promise<void> => {
    const open = session;
    session = undefined;
    await open?.close();
  };
  return {
    count: async (queries) => {
      const answers: CountAnswer[] = [];
      try {
        session ??= await openSession(options);
        for (const query of queries) answers.push(await countTable(session, query));
      } catch (error) {
        if (!isLostConnection(error)) throw error;
        await dropSession();
        throw connectionFailed(error);
      }
      return answers;
    },
    close: dropSession,
  };
}

function connectionFailed(error: unknown): PortUnavailable {
  return new PortUnavailable(
    'records',
    error instanceof Error ? error.message || error.name : String(error),
    'Check that the database runs, that its address and the role are right, and that this host may connect.',
    { cause: error },
  );
}

async function countTable(session: Session, query: CountQuery): Promise<CountAnswer> {
  // An error must not end the transaction: the other tables are counted from the same snapshot. And a lock that was held
  // to the end would keep others from altering the table, so what was locked for the count is let go of.
  await session.client.query('savepoint before_table');
  try {
    const answer = await measure(session, query);
    await session.client.query('rollback to savepoint before_table');
    return answer;
  } catch (error) {
    if (isLostConnection(error)) throw error;
    await session.client.query('rollback to savepoint before_table');
    return { kind: 'unreadable', reason: unreadableReason(error) };
  }
}

async function measure(session: Session, query: CountQuery): Promise<CountAnswer> {
  const resolved = await resolveRelation(session.client, parseTableName(query.table));
  if (resolved.kind !== 'found') return resolved;
  const { relation } = resolved;
  const columns = await sumColumns(session, relation, query.sums ?? []);
  const sums = columns.map(({ sql }, index) => `, coalesce(sum(${sql}), 0)::text as s${index}`).join('');
  // The newline ends a filter that ends in a comment.
  const where = query.filter === undefined ? '' : ` where (${query.filter}\n)`;
  const { rows } = await session.client.query<Record<string, string>>(
    `select count(*)::text as n${sums} from ${relation.sql}${where}`,
  );
  const rewritten = await rewrittenSince(session.client, [relation.oid]);
  if (rewritten.length > 0) return { kind: 'unreadable', reason: rewrittenText(rewritten) };
  const row = rows[0];
  if (rows.length !== 1 || row?.['n'] === undefined) throw new Error('the count returned no row');
  return {
    kind: 'counted',
    rows: Number(row['n']),
    sums: Object.fromEntries(columns.map(({ asked }, index) => [asked, row[`s${index}`] ?? ''])),
    relation: `${session.database}/${relation.oid}`,
  };
}

interface SumColumn {
  readonly asked: string;
  readonly sql: string;
}

async function sumColumns(
  session: Session,
  relation: Relation,
  asked: readonly string[],
): Promise<readonly SumColumn[]> {
  if (asked.length === 0) return [];
  const { rows } = await session.client.query<{ name: string; type: string }>(
    `select attname as name, atttypid::regtype::text as type from pg_catalog.pg_attribute
      where attrelid = $1 and attnum > 0 and not attisdropped`,
    [relation.oid],
  );
  return asked.map((column) => {
    const part = parseTableName(column).table;
    const name = matchName(
      part,
      rows.map((row) => row.name),
    );
    if (name === undefined) {
      throw new Error(
        `${relation.schema}.${relation.name} has no column "${column}"; it has ${rows.map((row) => row.name).join(', ')}`,
      );
    }
    const type = rows.find((row) => row.name === name)?.type;
    // A cast from float to numeric keeps 15 digits only; the shortest text that reads back keeps the value.
    const viaText = type === 'real' || type === 'double precision' ? '::text' : '';
    return { asked: column, sql: `${quoteIdent(name)}${viaText}::numeric` };
  });
}
