import type { LoadProfile } from '../contract/load/load-profile.ts';
import type { LoadResult } from '../contract/load/load-result.ts';
import { bucketsOfResult, evaluateTrigger } from '../contract/load/trigger.ts';
import { percent } from '../contract/statistics/percent.ts';
import type { FindingDraft } from '../contract/evidence/finding-draft.ts';

/**
 * What the triggers of a profile say, from its seconds; the same evaluation as that of service levels. Pure.
 * @returns undefined when none of them fired, and all could be evaluated
 */
export function triggersDraft(profile: LoadProfile, result: LoadResult): FindingDraft | undefined {
  const buckets = bucketsOfResult(result);
  const answers = (profile.triggers ?? []).map((trigger) => {
    const { kind, forS, errorRate, minimumRequests } = trigger;
    const answer = evaluateTrigger(buckets, { kind, forMs: forS * 1000, limit: errorRate, minimumRequests });
    return { text: `errors above ${percent(errorRate)} for ${forS} s (${kind})`, ...answer };
  });
  // One that fired and ended fired all the same: a roll-back would have begun.
  const fired = answers.find(({ firedAtMs }) => firedAtMs !== null);
  if (fired !== undefined) {
    const at = (fired.firedAtMs ?? 0) / 1000;
    return {
      outcome: 'fail',
      cause: 'trigger',
      summary: `A trigger fired after ${at} s: ${fired.text}`,
      measured: `fired after ${at} s`,
      expected: 'never',
    };
  }
  const pending = answers.find(({ state }) => state === 'pending');
  if (pending !== undefined) {
    return {
      outcome: 'unknown',
      cause: 'trigger-pending',
      summary: `The load ended during a breach that was too young to fire: ${pending.text}`,
      remedy: 'lengthen durationS',
    };
  }
  const unknown = answers.find(({ state }) => state === 'unknown');
  if (unknown === undefined) return undefined;
  return {
    outcome: 'unknown',
    cause: 'trigger-unknown',
    summary: `A trigger could not be evaluated (${unknown.text}): ${unknown.requests} requests, ${percent(unknown.coverage)} of its time seen`,
    remedy: 'make more load, or lower minimumRequests of the trigger',
  };
}
