import { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { type Loose, object } from '../../flow/loose.ts';
import { addressIn } from '../addresses.ts';
import { databaseProblems, DatabaseName, SqlText } from '../sql-database.ts';
import { endpoint, headers } from './probe-kind.ts';

/** Where a state is read by a statement of SQL. */
export const sqlSource = {
  /** Read by a statement. */
  adapter: z.literal('sql'),
  /** A name in `target.databases`; `records` and `old.records` are those of `target.records` and `target.old.records`. */
  database: DatabaseName.default('records'),
  /** One statement that reads; the names of its columns say what they are. */
  sql: SqlText,
};

/** Where a state is read from a document of JSON. */
export const httpSource = {
  /** Read from JSON, by GET. */
  adapter: z.literal('http'),
  ...endpoint,
  /** Absolute path, with its query. */
  path: z.string().startsWith('/'),
  ...headers,
};

/** A dotted path in a document of JSON: `queues.0.waiting`; `$` is the document itself. */
export const DocumentPath = z.string().min(1);

/** What is wrong between the source of a state and the rest of the plan. @param path of the source */
export function sourceProblems(
  plan: Loose,
  source: { readonly adapter: string; readonly database?: string; readonly endpoint?: string },
  path: string,
): readonly Problem[] {
  if (source.adapter === 'sql')
    return databaseProblems(plan, source.database ?? 'records', `${path}.database`);
  return source.endpoint === undefined ? [] : endpointProblems(plan, source.endpoint, `${path}.endpoint`);
}

/** A name that no address has would be met only when it is asked. @param path of the key that has the name */
export function endpointProblems(plan: Loose, name: string, path: string): readonly Problem[] {
  if (addressIn(plan, name) !== undefined) return [];
  const target = object(plan['target']);
  const known = [...Object.keys(object(target['urls'])), ...Object.keys(object(target['thirdParties']))];
  return [
    {
      path,
      value: JSON.stringify(name),
      problem: 'is no name in target.urls or target.thirdParties',
      remedy: `use one of: ${known.join(', ')}`,
    },
  ];
}
