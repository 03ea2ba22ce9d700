import { nextPageOf } from '../../contract/flow/next-page.ts';
import { encodeRequest, type ResponseView } from '../../contract/flow/http.ts';
import { shapeOf } from '../../contract/flow/shape-of.ts';
import { valueAt } from '../../contract/flow/value-at.ts';
import type { Headers } from '../../contract/plan/headers.ts';
import { readHeaders } from '../../contract/plan/headers.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { CannotTell } from '../cannot-tell.ts';
import { ask, type ProbeTools } from '../probe-finding.ts';
import { wrongWords } from '../words.ts';

/** Where a document of JSON is. */
export interface DocumentPlace {
  readonly endpoint: string;
  readonly path: string;
  readonly headers?: Headers | undefined;
}

/**
 * Reads a document that says what state something is in. That it cannot be read says nothing about that state: whether the
 * address answers at all is a check of its own.
 * @throws CannotTell
 */
export async function readDocument(
  place: DocumentPlace,
  tools: ProbeTools,
  budgetMs: number,
): Promise<unknown> {
  return (await readAnswer(place, tools, budgetMs)).body;
}

/** As `readDocument`, with the headers: they may say that a list goes on. @throws CannotTell */
export async function readAnswer(
  { endpoint, path, headers }: DocumentPlace,
  tools: ProbeTools,
  budgetMs: number,
): Promise<ResponseView> {
  const request = encodeRequest(
    { method: 'GET', path, endpoint, headers: readHeaders(headers, resolveSecret) },
    tools.urls,
  );
  const asked = await ask(tools, request, `state at ${path}`, budgetMs);
  if ('none' in asked) throw unreadable(endpoint, path, wrongWords(asked.none), 'let the address answer');
  const { status, body, undecodable } = asked.answer;
  if (status === 401 || status === 403)
    throw unreadable(endpoint, path, `it answered ${status}`, 'give `headers` what lets us in');
  if (status < 200 || status > 299)
    throw unreadable(endpoint, path, `it answered ${status}`, 'correct the path, or let the address answer');
  if (undecodable !== undefined || typeof body === 'string')
    throw unreadable(
      endpoint,
      path,
      undecodable ?? 'its answer is no JSON',
      'name an address that answers JSON',
    );
  return asked.answer;
}

function unreadable(endpoint: string, path: string, what: string, remedy: string): CannotTell {
  return new CannotTell('state-unreadable', `the state at ${path} of "${endpoint}" can't be read: ${what}`, {
    remedy: `${remedy}; that the address answers is for a probe of the kind endpoints`,
  });
}

/** @throws CannotTell that names the path and the shape of what is there */
export function refuseValue(path: string, value: unknown, wanted: string): never {
  throw new CannotTell(
    'state-unreadable',
    `at ${path} is ${value === undefined ? 'nothing' : String(shapeOf(value))}, expected ${wanted}`,
    {
      remedy: 'correct the path; only its shape is shown here, because its values may be those of customers',
    },
  );
}

/** @throws CannotTell where a list goes on behind what came of it */
export function refusePart(answer: ResponseView, path: string, length: number): void {
  const more = nextPageOf(answer, path, length);
  if (more === undefined) return;
  throw new CannotTell('only-a-page', `the list at ${path} is a page of a longer one: ${more}`, {
    remedy: 'ask for a page that holds all (?limit=1000), or name where the total stands',
  });
}

/** A number, or the length of a list. @throws CannotTell */
export function countAt(answer: ResponseView, path: string): number {
  const value = valueAt(answer.body, path);
  if (Array.isArray(value)) {
    refusePart(answer, path, value.length);
    return value.length;
  }
  const number = numberIn(value);
  if (number === undefined || number < 0) return refuseValue(path, value, 'a count or a list');
  return number;
}

/** A number that JSON has as such, or as text. */
export function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : undefined;
}

/** A truth value that JSON has as such, or as a word or number. */
export function booleanIn(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' || typeof value === 'number' ? String(value).toLowerCase() : '';
  if (['true', 'on', 'enabled', '1'].includes(word)) return true;
  return ['false', 'off', 'disabled', '0'].includes(word) ? false : undefined;
}

/** A moment in milliseconds since 1970, of ISO 8601 with its zone, or of a number of seconds or milliseconds. */
export function momentIn(value: unknown): number | undefined {
  const number = numberIn(value);
  // Seconds of our days have ten digits.
  if (number !== undefined) return number < 100_000_000_000 ? number * 1000 : number;
  if (typeof value !== 'string' || !/(?:Z|[+-]\d\d:?\d\d)$/.test(value)) return undefined;
  const moment = Date.parse(value);
  return Number.isNaN(moment) ? undefined : moment;
}
