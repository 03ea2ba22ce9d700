import type { Session } from '../session.ts';
import type { StateRow } from './state.ts';

/** Where the rows of a check come from. */
export type Source = (session: Session) => Promise<readonly StateRow[]>;

/**
 * Goes through relations one after the other, and lets go of each one's locks: those of thousands, held to the end, would
 * fill the server's lock table, for everybody.
 */
export async function* oneByOne<T>({ client }: Session, items: readonly T[]): AsyncGenerator<T, void> {
  await client.query('savepoint before_one');
  for (const item of items) {
    yield item;
    await client.query('rollback to savepoint before_one');
  }
  await client.query('release savepoint before_one');
}

/** A check whose rows one query gives. */
export function rowsOf(sql: string): Source {
  return async ({ client }) => (await client.query<StateRow & Record<string, unknown>>(sql)).rows;
}

/** Schemas that are not the system's, as a condition on `n`. */
export const USER_SCHEMA = `n.nspname <> 'information_schema' and n.nspname !~ '^pg_'`;

/** Not a part of an extension, which its own version stands for. */
export function notOfExtension(catalog: string, oid: string): string {
  return `not exists (select from pg_catalog.pg_depend e
    where e.classid = 'pg_catalog.${catalog}'::regclass and e.objid = ${oid} and e.deptype = 'e')`;
}

/** Tables, views and the like of the user, as `c` and `n`. */
export const USER_RELATIONS = `(pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  and ${USER_SCHEMA} and c.relpersistence <> 't' and ${notOfExtension('pg_class', 'c.oid')})`;

export const RELATION_NAME = `pg_catalog.format('%I.%I', n.nspname, c.relname)`;
