import { createHash } from 'node:crypto';
import { ApiError } from './api-error.ts';
import { BoundedMap } from './bounded-map.ts';

/** An answer as it was sent. */
export interface StripeAnswer {
  readonly status: number;
  readonly body: object;
}

export interface IdempotentRequest {
  /** The header Idempotency-Key, if there is one. */
  readonly key: string | undefined;
  readonly route: string;
  /** The body as it came. */
  readonly body: string;
}

/** Remembers the answers to requests with a key. */
export interface Idempotency {
  /** Does the work once; the same request again gets the same answer. @throws ApiError on the key of another request */
  once(
    request: IdempotentRequest,
    work: () => StripeAnswer,
  ): { readonly answer: StripeAnswer; readonly replayed: boolean };
}

const MOST_KEYS = 20_000;

export function createIdempotency(): Idempotency {
  const done = new BoundedMap<{ readonly fingerprint: string; readonly answer: StripeAnswer }>(MOST_KEYS);
  return {
    once({ key, route, body }, work) {
      if (key === undefined) return { answer: work(), replayed: false };
      if (key.length > 255) throw mismatch('Idempotency keys must be at most 255 characters long.');
      const fingerprint = createHash('sha256')
        .update(`${route}\n${sorted(body)}`)
        .digest('hex');
      const before = done.get(key);
      if (before && before.fingerprint !== fingerprint) {
        throw mismatch(
          `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
        );
      }
      if (before) return { answer: before.answer, replayed: true };
      const answer = work();
      // As it was, not as the object behind it will become.
      if (isFinal(answer)) done.set(key, { fingerprint, answer: structuredClone(answer) });
      return { answer, replayed: false };
    },
  };
}

/** A request that was refused before anything happened may be corrected and sent again with its key. */
function isFinal(answer: StripeAnswer): boolean {
  return ![400, 401, 404, 409, 429].includes(answer.status);
}

function sorted(body: string): string {
  const fields = new URLSearchParams(body);
  fields.sort();
  return fields.toString();
}

function mismatch(message: string): ApiError {
  return new ApiError(400, { type: 'idempotency_error', message });
}
