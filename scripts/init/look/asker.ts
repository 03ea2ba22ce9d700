import { eventOfAnswer } from '../../../contract/events/answers.ts';
import type { ResponseView } from '../../../contract/flow/http.ts';
import type { ApplicationPort } from '../../../contract/ports/application.ts';

/** What came of one question: an answer, or why there is none. */
export type Asked = { readonly answer: ResponseView } | { readonly none: string };

/** Asks a target a few things and changes none: GET only, one after another, within a number and a time. */
export interface Asker {
  get(url: string): Promise<Asked>;
  /** How many requests were sent. */
  readonly requests: number;
  /** Why nothing more is asked, once that is so. */
  readonly stopped: string | undefined;
}

export interface AskerLimits {
  readonly mostRequests: number;
  /** For everything, in milliseconds. */
  readonly withinMs: number;
  /** For one answer, in milliseconds. */
  readonly eachMs: number;
}

export const LOOK_LIMITS: AskerLimits = { mostRequests: 80, withinMs: 45_000, eachMs: 5000 };

/** A target that is silent so often in a row is not asked any more. */
const MOST_SILENCES = 2;

/** @param onAsk told of each address before it is asked */
export function createAsker(
  application: ApplicationPort,
  limits: AskerLimits,
  interrupted: AbortSignal,
  onAsk: (url: string) => void = () => undefined,
): Asker {
  const until = performance.now() + limits.withinMs;
  let requests = 0;
  let silences = 0;
  let stopped: string | undefined;
  const stop = (why: string): Asked => {
    stopped ??= why;
    return { none: stopped };
  };
  return {
    get requests() {
      return requests;
    },
    get stopped() {
      return stopped;
    },
    get: async (url) => {
      if (stopped !== undefined) return { none: stopped };
      if (interrupted.aborted) return stop('it was interrupted');
      if (requests >= limits.mostRequests) return stop(`${limits.mostRequests} requests were enough`);
      const left = until - performance.now();
      if (left <= 0) return stop(`${limits.withinMs / 1000} s were over`);
      onAsk(url);
      requests += 1;
      try {
        const answer = await application.send(
          { method: 'GET', url, headers: {} },
          Math.min(left, limits.eachMs),
        );
        silences = 0;
        const met = eventOfAnswer(answer);
        // Whoever limits our rate, or wants to see a person, is left alone.
        return met === undefined ? { answer } : stop(`it answered with ${met.detail}`);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        silences += 1;
        // The message begins with the address.
        const why = error.message.replace(/^GET \S+: /, '');
        return silences >= MOST_SILENCES ? stop(`it did not answer: ${why}`) : { none: why };
      }
    },
  };
}
