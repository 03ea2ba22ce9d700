import { Unavailable } from '../../contract/cannot-tell.ts';
import { PortUnavailable } from '../../contract/ports/observe.ts';
import type { CountAnswer, CountQuery, RowCounter } from '../../contract/ports/records.ts';
import { sqlNumber, type SqlPort } from '../../contract/ports/sql-rows.ts';
import { openSql } from '../../safety/sql/open-sql.ts';

const NO_SUCH_TABLE = 1146;

/**
 * Counts rows of MariaDB and MySQL, each table in a read-only transaction of its own: several counts are not of one
 * moment. Sums are refused: those of its floating columns would not be exact.
 * @param url connection string, already resolved
 */
export function createMysqlCounter(url: string, statementTimeoutMs: number): RowCounter {
  let port: SqlPort | undefined;
  return {
    count: async (queries) => {
      const answers: CountAnswer[] = [];
      for (const query of queries)
        answers.push(await countTable((port ??= open(url, statementTimeoutMs)), query));
      return answers;
    },
    close: async () => {
      const mine = port;
      port = undefined;
      await mine?.close();
    },
  };
}

function open(url: string, statementTimeoutMs: number): SqlPort {
  try {
    return openSql(url, { statementTimeoutMs });
  } catch (error) {
    throw error instanceof Unavailable ? unavailable(error) : error;
  }
}

async function countTable(port: SqlPort, { table, filter, sums = [] }: CountQuery): Promise<CountAnswer> {
  if (sums.length > 0) return { kind: 'unreadable', reason: 'sums are read from PostgreSQL only' };
  const name = table
    .split('.')
    .map((part) => `\`${part.replaceAll('`', '``')}\``)
    .join('.');
  // The newline ends a filter that ends in a comment.
  const where = filter === undefined ? '' : ` where (${filter}\n)`;
  try {
    const { rows } = await port.read({ text: `select count(*) as n from ${name}${where}` });
    const counted = sqlNumber(rows[0]?.['n']);
    if (counted === undefined) return { kind: 'unreadable', reason: 'the count returned no number' };
    return { kind: 'counted', rows: counted, sums: {}, relation: `${await port.identity()}/${name}` };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    const errno = errnoOf(error);
    // A table that only the filter names is no part of what the target must have.
    if (errno === NO_SUCH_TABLE && (await isMissing(port, name))) return { kind: 'missing' };
    // What the server itself refused concerns this table; all else is its connection.
    if (typeof errno === 'number' && errno >= 1000 && errno < 2000 && errno !== 1040 && errno !== 1045)
      return { kind: 'unreadable', reason: error.message };
    throw unavailable(error);
  }
}

async function isMissing(port: SqlPort, name: string): Promise<boolean> {
  try {
    await port.read({ text: `select 1 from ${name} limit 1` });
    return false;
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    if (errnoOf(error) === NO_SUCH_TABLE) return true;
    throw unavailable(error);
  }
}

function errnoOf({ cause }: Unavailable): unknown {
  return (cause as { readonly errno?: unknown } | undefined)?.errno;
}

function unavailable(error: Unavailable): PortUnavailable {
  return new PortUnavailable('records', error.message, error.remedy, { cause: error });
}
