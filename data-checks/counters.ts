import type { RowCounter } from '../contract/ports/records.ts';
import type { RecordsSource } from '../contract/plan/target.ts';
import { resolveSecret } from '../safety/secrets.ts';
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
    case 'http':
      return ADAPTERS.http(source, statementTimeoutMs);
    case 'custom':
      return ADAPTERS.custom(source, statementTimeoutMs);
  }
}
