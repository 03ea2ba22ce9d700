import { Unavailable } from '../../../contract/cannot-tell.ts';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import type { RecordLookup } from '../../../contract/ports/records.ts';
import { openSql } from '../../../safety/sql/open-sql.ts';
import { selectByEquality } from './select.ts';

/**
 * Looks up rows in MariaDB or MySQL, each look in its own read-only transaction. Every value comes as the text that the
 * server writes, times in UTC.
 * @param url connection string, already resolved
 */
export function mysqlLookup(url: string): RecordLookup {
  // Opened at the first look: an address that is none is then told as any other trouble with it.
  let port: ReturnType<typeof openSql> | undefined;
  const ask = async <T>(look: (port: ReturnType<typeof openSql>) => Promise<T>): Promise<T> => {
    try {
      return await look((port ??= openSql(url)));
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      throw new PortUnavailable('records', error.message, error.remedy, { cause: error });
    }
  };
  return {
    find: (query) =>
      ask(async (open) => {
        const { rows } = await open.read(selectByEquality(query, 'mysql'));
        return { rows };
      }),
    ready: () => ask(async (open) => void (await open.read({ text: 'select 1' }))),
    identity: () => ask((open) => open.identity()),
    close: async () => port?.close(),
  };
}
