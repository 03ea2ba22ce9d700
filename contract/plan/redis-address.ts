import type { Problem } from '../errors.ts';

/** Where a Redis database is. */
export interface RedisAddress {
  /** The address without its database. Never shown: it may hold a password. */
  readonly server: string;
  readonly database: number;
}

/** `value` holds nothing that could be a password. */
export type AddressProblem = Omit<Problem, 'path'>;

const REMEDY = "write redis://host:6379/0, or secret('OLD_REDIS_URL')";
const DATABASE_REMEDY = 'end the address with the number of its database: redis://host:6379/3';

/**
 * Reads an address once and strictly. Clients read `/3/` as 3, `/cache` as 0 and choose between `/3` and `?db=4` each in
 * its own way, so a text that is not plainly a number would compare another database than its author meant.
 */
export function redisAddress(text: string): RedisAddress | AddressProblem {
  if (!/^rediss?:\/\//.test(text) || !URL.canParse(text)) {
    return { value: 'a text', problem: 'is not the address of a Redis database', remedy: REMEDY };
  }
  const url = new URL(text);
  const path = url.pathname === '' || url.pathname === '/' ? [] : [url.pathname.slice(1)];
  const named = [...new Set([...path, ...url.searchParams.getAll('db')])];
  const [database = '0', ...others] = named;
  if (others.length > 0) {
    return { value: shown(named), problem: 'names more than one database', remedy: DATABASE_REMEDY };
  }
  if (!/^\d{1,9}$/.test(database)) {
    return { value: shown(named), problem: 'does not name its database by number', remedy: DATABASE_REMEDY };
  }
  url.pathname = '';
  url.searchParams.delete('db');
  return { server: url.href, database: Number(database) };
}

/** A password with a slash in it that is not encoded becomes a path with an @. */
function shown(databases: readonly string[]): string {
  return databases.every((one) => /^[\w./-]{0,40}$/.test(one))
    ? databases.map((one) => JSON.stringify(one)).join(' and ')
    : 'a text';
}
