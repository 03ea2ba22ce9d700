import { z } from 'zod';
import { parseJsonExactly } from '../../contract/flow/exact-json.ts';
import { PortUnavailable } from '../../contract/ports/observe.ts';
import type { RowCounter } from '../../contract/ports/records.ts';

const Decimal = z.string().regex(/^-?\d+(\.\d+)?$/, 'must be a decimal number as text');

const Answer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('counted'),
    rows: z.number().int().nonnegative(),
    sums: z.record(z.string(), Decimal).default({}),
  }),
  z.strictObject({ kind: z.literal('missing') }),
  z.strictObject({ kind: z.literal('unreadable'), reason: z.string().min(1) }),
]);
const Answers = z.strictObject({ answers: z.array(Answer) });

interface HttpCounterOptions {
  /** Base address of the reader; `/count` is appended to its path. */
  readonly url: string;
  /** Sent with each request, already resolved from secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** One request may take this long, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Counts rows through a reader that the user runs, for stores that are not PostgreSQL.
 *
 *     POST <url>/count
 *     { "queries": [{ "table": "orders", "filter": "deleted = false", "sums": ["total"] }] }
 *
 *     200
 *     { "answers": [{ "kind": "counted", "rows": 50000, "sums": { "total": "1234567.89" } }] }
 *
 * One answer for each query, in order. Counts are exact and come from one consistent view where the store has one;
 * sums are decimal text. A table that does not exist is `{ "kind": "missing" }`; one that can't be read is
 * `{ "kind": "unreadable", "reason": "..." }`. Any other status or shape means that nothing is known.
 */
export function createHttpCounter(options: HttpCounterOptions): RowCounter {
  return {
    count: async (queries) => {
      const body = await post(options, JSON.stringify({ queries }));
      const parsed = Answers.safeParse(body);
      if (!parsed.success) throw notUnderstood(z.prettifyError(parsed.error));
      const { answers } = parsed.data;
      if (answers.length !== queries.length) {
        throw notUnderstood(`${answers.length} answers to ${queries.length} queries`);
      }
      return answers;
    },
    close: async () => undefined,
  };
}

async function post(options: HttpCounterOptions, body: string): Promise<unknown> {
  const url = `${options.url.replace(/\/$/, '')}/count`;
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...options.headers },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    status = response.status;
    text = await response.text();
  } catch (error) {
    throw new PortUnavailable(
      'records',
      `POST ${new URL(url).pathname} of the reader failed: ${reasonOf(error)}`,
      'Check that the reader runs and can be reached from here.',
      { cause: error },
    );
  }
  if (status !== 200) throw notUnderstood(`status ${status}`);
  try {
    // A count that JavaScript would round is none.
    return parseJsonExactly(text);
  } catch (error) {
    throw notUnderstood(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // fetch says only "fetch failed"; the system's reason is in the cause.
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}

function notUnderstood(what: string): PortUnavailable {
  return new PortUnavailable(
    'records',
    `the reader's answer to POST /count can't be used: ${what}`,
    'The reader must answer 200 with { "answers": [...] }, one for each query: see docs/data.md.',
  );
}
