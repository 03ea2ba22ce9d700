import { isDeepStrictEqual } from 'node:util';
import { type AzureCheck, endAzureCheck, noteOnAzureTimeline } from './azure-pipelines.ts';
import type { Post } from '../../../host/post.ts';
import { type GateAnswer, withoutVerdict } from '../../answer.ts';
import type { Audit } from '../../audit.ts';
import type { Callbacks, WaitingCheck } from '../../callbacks.ts';
import { azureCheckOf } from './azure-headers.ts';
import { json, refusal, sentence } from '../../response.ts';
import { WORDS } from '../../words.ts';
import type { Gate } from '../../gate.ts';
import type { Question } from '../../question.ts';

/** Where checks with the completion event "Callback" ask. */
export const AZURE_CALLBACK = '/v1/azure/callback';

export interface AzureCallbacksOptions {
  readonly gate: Pick<Gate, 'decide'>;
  readonly audit: Audit;
  readonly post: Post;
  /** Addresses of organizations, as `parseAzureUrl` gives them. */
  readonly allowed: readonly string[];
  /** How long a check waits for a verdict, in milliseconds. Default: one hour. */
  readonly limitMs?: number;
  /** Time between two looks. */
  readonly lookMs?: number;
}

const MOST_WAITING = 200;

interface Waiting {
  readonly question: Question;
  readonly done: Promise<void>;
}

/** Takes checks, looks again and again for their verdict, and calls Azure DevOps back with what was decided. */
export function createAzureCallbacks(options: AzureCallbacksOptions): Callbacks {
  const { gate, audit, post, allowed, limitMs = 3_600_000, lookMs = 3000 } = options;
  const waiting = new Map<string, Waiting>();
  const stop = new AbortController();

  const answerOf = async (question: Question): Promise<GateAnswer> => {
    for (const until = performance.now() + limitMs; ;) {
      const given = await gate.decide(question);
      if (isDecided(given)) return given;
      if (stop.signal.aborted)
        return withoutVerdict('INCONCLUSIVE', 'The gate was stopped; run the check again.');
      if (performance.now() >= until)
        return { ...given, reason: `Nothing was decided in time. ${given.reason}` };
      await pause(lookMs, stop.signal);
    }
  };

  const follow = async (
    check: AzureCheck,
    question: Question,
    who: Pick<WaitingCheck, 'by' | 'from'>,
  ): Promise<void> => {
    const given = await answerOf(question);
    const { state, run } = given;
    let mayGoOn = state === 'GO';
    try {
      audit({ event: 'azure-check', plan: check.planId, question, state, run, passed: mayGoOn, ...who });
    } catch {
      // A pass that leaves no trace is not given.
      mayGoOn = false;
    }
    // The reason first: Azure shows no more of a check that has ended.
    await attempt('azure-note', () => noteOnAzureTimeline(check, sentence(given), post));
    await attempt('azure-event', () => endAzureCheck(check, mayGoOn, post));
  };

  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      try {
        audit({ event: 'fault', what: `${what}: ${error instanceof Error ? error.message : String(error)}` });
      } catch {
        // Nobody can be told. A check that is not called back runs into its own time-out, and does not pass.
        return;
      }
    }
  };

  return {
    path: AZURE_CALLBACK,
    take({ headers, asked, by, from }) {
      if (stop.signal.aborted) return refusal(503, 'the gate is being stopped');
      if ('problem' in asked) return refusal(400, asked.problem);
      const check = azureCheckOf(headers, allowed);
      if ('problem' in check) return refusal(400, check.problem);
      const { question } = asked;
      const key = `${check.planUrl} ${check.planId} ${check.taskInstanceId}`;
      const same = waiting.get(key);
      if (same !== undefined && !isDeepStrictEqual(same.question, question)) {
        return refusal(409, 'this check is waiting for an answer to another question');
      }
      if (same === undefined) {
        if (waiting.size >= MOST_WAITING) return refusal(503, 'too many checks are waiting');
        audit({ event: 'azure-check-waits', plan: check.planId, question, by, from });
        const done = follow(check, question, { by, from }).finally(() => waiting.delete(key));
        waiting.set(key, { question, done });
      }
      return json(200, { verdict: WORDS.pending, reason: 'The check will be called back.' });
    },
    async close() {
      stop.abort();
      await Promise.all([...waiting.values()].map(({ done }) => done));
    },
  };
}

/** A state that more time will not change. One without a run tells that the gate could not look. */
function isDecided({ state, run }: GateAnswer): boolean {
  return run !== null && (state === 'GO' || state === 'NO_GO' || state === 'INCONCLUSIVE');
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
