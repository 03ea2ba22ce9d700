import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { type Loose, object } from '../flow/loose.ts';
import type { SecretString } from './secret.ts';

/** How addresses of databases begin that can be asked. */
export const SQL_ADDRESS = /^(?:postgres|postgresql|mysql|mariadb):\/\//;

/** Names that stand for the databases of the records, so that nobody has to name those twice. */
const BUILT_IN = {
  records: 'target.records',
  'old.records': 'target.old.records',
} as const;

/** Names that `target.databases` may not give anew. */
export const TAKEN_DATABASE_NAMES: readonly string[] = Object.keys(BUILT_IN);

/**
 * Which database is asked: a name in `target.databases`; or `records` and `old.records` for the databases of
 * `target.records` and `target.old.records`.
 */
export const DatabaseName = z.string().min(1);

/** One statement that only reads. */
export const SqlText = z
  .string()
  .regex(/^\s*(?:select|with|values|table)\b/i, 'must begin with select or with: it only reads')
  .refine((text) => !/;\s*\S/.test(text.replace(/'(?:[^']|'')*'/g, "''")), {
    message: 'must be one statement, without anything behind its semicolon',
  })
  .refine((text) => !/\binto\s+(?:outfile|dumpfile|@)/i.test(text), {
    message: 'must not write what it reads anywhere',
  });

/** The parts of a target that name databases. */
interface HasDatabases {
  readonly databases?: Readonly<Record<string, SecretString>> | undefined;
  readonly records?: MayBeSql;
  readonly old?: { readonly records?: MayBeSql } | undefined;
}
type MayBeSql =
  | { readonly adapter: 'postgres' | 'mysql'; readonly url: SecretString }
  | { readonly adapter: 'dynamodb' | 'http' | 'custom' }
  | undefined;

/** Adapters of records that are asked in SQL. */
const isSql = (adapter: unknown): boolean => adapter === 'postgres' || adapter === 'mysql';

/** The address behind a name; undefined where the target has none. */
export function databaseAddress(target: HasDatabases, name: string): SecretString | undefined {
  if (name === 'records' || name === 'old.records') {
    const source = name === 'records' ? target.records : target.old?.records;
    return source?.adapter === 'postgres' || source?.adapter === 'mysql' ? source.url : undefined;
  }
  return target.databases?.[name];
}

/** What keeps a plan of any shape from asking the database of a name. @param path of the key that has the name */
export function databaseProblems(plan: Loose, name: string, path: string): readonly Problem[] {
  const target = object(plan['target']);
  const sources = { records: target['records'], 'old.records': object(target['old'])['records'] };
  const taken = TAKEN_DATABASE_NAMES.includes(name);
  const adapter = taken ? object(sources[name as keyof typeof sources])['adapter'] : undefined;
  if (taken ? isSql(adapter) : name in object(target['databases'])) return [];
  const known = [
    ...Object.keys(object(target['databases'])),
    ...Object.entries(sources).flatMap(([one, source]) => (isSql(object(source)['adapter']) ? [one] : [])),
  ];
  const place = taken ? BUILT_IN[name as keyof typeof BUILT_IN] : undefined;
  return [
    {
      path,
      value: JSON.stringify(name),
      problem:
        place === undefined
          ? 'is no name in target.databases'
          : `stands for ${place}, which is ${adapter === undefined ? 'not there' : 'no database that is asked in SQL'}`,
      remedy:
        known.length === 0
          ? "add it: target.databases: { main: secret('DATABASE_URL') }, and name it here"
          : `use one of: ${known.join(', ')}; or add it to target.databases`,
    },
  ];
}
