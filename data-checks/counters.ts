import type { RowCounter } from '../contract/ports/records.ts';
import type { RecordsSource } from '../contract/plan/target.ts';
import { resolveSecret } from '../safety/secrets.ts';
import { createMysqlCounter } from './mysql/counter.ts';
import { createPostgresCounter } from './postgres/counter.ts';
import { createHttpCounter } from './readers/http-counter.ts';

type Adapters = {
  readonly [A in RecordsSource['adapter']]: (
    source: Extract<RecordsSource, { adapter: A }>,
    statementTimeoutMs: number,
  ) => RowCounter;
};

/** One line for each adapter that a plan can name; the compiler demands it. */
const ADAPTERS: Adapters = {
  postgres: (source, statementTimeoutMs) =>
    createPostgresCounter({ url: resolveSecret(source.url), statementTimeoutMs }),
  mysql: (source, statementTimeoutMs) => createMysqlCounter(resolveSecret(source.url), statementTimeoutMs),
  // The plan refuses it before; here it must not count as nothing.
  dynamodb: () => ({
    count: async (queries) =>
      queries.map(
        () => ({ kind: 'unreadable', reason: 'DynamoDB counts only by reading every item' }) as const,
      ),
    close: async () => undefined,
  }),
  http: (source, timeoutMs) =>
    createHttpCounter({
      url: source.url,
      headers: Object.fromEntries(
        Object.entries(source.headers).map(([name, value]) => [name, resolveSecret(value)]),
      ),
      timeoutMs,
    }),
  // The reader belongs to the user and may serve other checks too, so closing it is not ours.
  custom: (source) => ({
    count: (queries) => source.reader.count(queries),
    close: async () => undefined,
  }),
};

/** The counter for the place where one side's rows are. */
export function createCounter(source: RecordsSource, statementTimeoutMs: number): RowCounter {
  switch (source.adapter) {
    case 'postgres':
      return ADAPTERS.postgres(source, statementTimeoutMs);
    case 'mysql':
      return ADAPTERS.mysql(source, statementTimeoutMs);
    case 'dynamodb':
      return ADAPTERS.dynamodb(source, statementTimeoutMs);
    case 'http':
      return ADAPTERS.http(source, statementTimeoutMs);
    case 'custom':
      return ADAPTERS.custom(source, statementTimeoutMs);
  }
}
