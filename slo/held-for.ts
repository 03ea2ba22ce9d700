import { leastEvents } from '../contract/slo/slo-events.ts';
import type { SloLevel } from '../contract/slo/slo.ts';
import { isCertain } from './enough-events.ts';
import { ROUNDING } from './limits.ts';
import type { SloHistory } from './read-slo.ts';
import { type LevelDraft, unknown } from './level-draft.ts';
import { percent } from '../contract/statistics/percent.ts';
import { shareAt } from './level-share.ts';
import { type CountBucket, evaluateTrigger } from '../contract/load/trigger.ts';

/**
 * What the time of `forS` says. Pure.
 * @returns undefined when the present evaluation decides: all of the time was a breach, or now is healthy
 */
export function heldFor(
  objective: SloLevel,
  name: string,
  history: SloHistory,
  breaksNow: boolean,
): LevelDraft | undefined {
  const critical = 'atLeast' in objective ? objective.atLeast.critical : objective.atMost.critical;
  const answer = evaluateTrigger(historyBuckets(objective, history), {
    kind: 'sustained',
    forMs: Math.round(objective.forS * 1000),
    limit: ('atLeast' in objective ? 1 - critical : critical) + ROUNDING,
    // Each evaluation has its own minimum; those of overlapping windows cannot be added up.
    minimumRequests: 0,
  });
  if (answer.state === 'firing') return undefined;
  if (answer.state === 'unknown') {
    return unknown(
      'gaps',
      `Only ${percent(answer.coverage)} of the last ${objective.forS} s could be evaluated`,
      'wait until there is data for that long',
    );
  }
  if (!breaksNow) return undefined;
  return unknown(
    'breach-pending',
    `${name} breaks its level now, but not yet for ${objective.forS} s`,
    'evaluate again when that time is over',
  );
}

/** One bucket for each evaluation, in whole milliseconds; one without a finite share, or with too few events for a pass and no certain breach, holds nothing. */
function historyBuckets(objective: SloLevel, history: SloHistory): readonly CountBucket[] {
  const lengthMs = Math.round(history.stepS * 1000);
  const endMs = Math.round((history.timesS.at(-1) ?? 0) * 1000);
  const least = objective.kind === 'saturation' ? 0 : leastEvents(objective).floor;
  return history.timesS.map((atS, index) => {
    const startMs = endMs - (history.timesS.length - index) * lengthMs;
    const share = shareAt(objective, history, atS);
    if (share === undefined || (share.total < least && !isCertain(objective, share)))
      return { startMs, lengthMs, total: 0, bad: 0 };
    // In doubt between two buckets the evaluation is a breach: only a healthy one would reset.
    const bad = 'atLeast' in objective ? share.total - share.least : share.most;
    return { startMs, lengthMs, total: share.total, bad };
  });
}
