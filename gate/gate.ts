import type { GateStore, StoredVerdict, StoreReading } from '../contract/ports/gate-store.ts';
import { answer, type DoubtOf, type GateAnswer, withoutVerdict } from './answer.ts';
import type { Audit } from './audit.ts';
import type { GateResponse } from './response.ts';
import type { Asked, Question } from './question.ts';
import type { Route } from './route.ts';
import { createStandingRefusals } from './standing-refusals.ts';

/** Consumers give up after 3 to 10 seconds; an answer that comes later is read by nobody. */
const STORE_TIMEOUT_MS = 2500;

export interface GateOptions {
  readonly store: Pick<GateStore, 'about' | 'keep'>;
  readonly audit: Audit;
  /** What else speaks against a GO. */
  readonly doubtOf?: DoubtOf;
  /** Address of a run's report; undefined when it is nowhere to be read. */
  readonly reportOf?: (run: string) => string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly storeTimeoutMs?: number;
}

/** One question as it came in. */
export interface Request {
  readonly route: Route;
  readonly asked: Asked;
  /** Owner of the token, or null where none is needed. */
  readonly by: string | null;
  readonly from: string;
}

/** Answers questions. Whatever goes wrong inside, the answer is not GO, and not NO_GO either. */
export interface Gate {
  /** What is known about a subject, in no dialect. */
  decide(question: Question): Promise<GateAnswer>;
  answer(request: Request): Promise<GateResponse>;
}

export function createGate(options: GateOptions): Gate {
  const { store, audit, now = Date.now } = options;
  const standing = createStandingRefusals();
  const reported = new Set<string>();

  const decide = async (question: Question): Promise<GateAnswer> => {
    try {
      const reading = await inTime(store.about(question.target), options.storeTimeoutMs ?? STORE_TIMEOUT_MS);
      reportUnreadable(reading, reported, audit);
      const { completed, fresh } = standing(question.target, reading, now());
      for (const refusal of fresh) await keepRefusal(refusal, store, audit);
      const given = answer(question, completed, now(), options.doubtOf);
      if (given.run === null || options.reportOf === undefined) return given;
      return { ...given, report: options.reportOf(given.run) };
    } catch (error) {
      try {
        audit({ event: 'fault', what: error instanceof Error ? error.message : String(error) });
      } catch {
        // Whoever asked is told in their own dialect, below: an HTTP error would abort a rollout of Argo.
      }
      // The cause may name a path or an address; it stands in the audit log alone.
      return withoutVerdict('INCONCLUSIVE', 'The gate could not read its verdicts.');
    }
  };

  return {
    decide,
    async answer({ route, asked, by, from }) {
      const given =
        'problem' in asked ? withoutVerdict('bad-question', asked.problem) : await decide(asked.question);
      const response = route.dialect(given);
      try {
        const { state, run, decidedAt, expiresAt } = given;
        const question = 'problem' in asked ? null : asked.question;
        const { status } = response;
        audit({
          event: 'answer',
          route: route.path,
          question,
          state,
          status,
          run,
          decidedAt,
          expiresAt,
          by,
          from,
        });
        return response;
      } catch {
        // An answer that leaves no trace is not given.
        return route.dialect(withoutVerdict('INCONCLUSIVE', 'The gate could not write its audit log.'));
      }
    },
  };
}

/** So that it still stands after a restart. If that fails, it stands as long as this process lives. */
async function keepRefusal(refusal: StoredVerdict, store: GateOptions['store'], audit: Audit): Promise<void> {
  try {
    await store.keep(refusal);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    audit({ event: 'fault', what: `a NO_GO could not be kept: ${what}` });
  }
}

/** Each once: the log would otherwise grow with every question. */
function reportUnreadable(reading: StoreReading, reported: Set<string>, audit: Audit): void {
  for (const run of reading.unreadable) {
    if (reported.has(run)) continue;
    reported.add(run);
    audit({ event: 'unreadable-verdict', run });
  }
}

async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the store did not answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
