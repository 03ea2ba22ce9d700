import { badLimit, leastEvents } from '../contract/slo/slo-events.ts';
import type { SloLevel } from '../contract/slo/slo.ts';
import { breachIsCertain } from '../contract/statistics/certain-breach.ts';
import { type LevelDraft, unknown } from './level-draft.ts';
import { round } from './metric-number.ts';
import type { LevelShare } from './level-share.ts';

/**
 * What one call may be counted as: clients repeat what failed, two times more as a rule, so of a few events not each is
 * one that something happened to.
 */
export const CALLS_REPEATED = 3;

/** Whether there is a share at all: without events, and with no capacity, there is none. Pure. */
export function shareOfSome(objective: SloLevel, share: LevelShare | LevelDraft): LevelShare | LevelDraft {
  if ('outcome' in share) return share;
  if (objective.kind === 'saturation') return capable(objective, share);
  return share.total > 0 ? share : tooFew(objective, share, leastEvents(objective).floor, 'to say anything');
}

/**
 * Whether so many events carry the answer: a pass needs as many as show that the limit holds, unless the plan asks for
 * fewer. No floor guards a breach: it must be more than chance, however few show it. Pure.
 */
export function carried(objective: SloLevel, share: LevelShare, broken: boolean): LevelDraft | undefined {
  const { floor, pass, needed } = leastEvents(objective);
  if (objective.kind === 'saturation') return undefined;
  if (!broken) {
    if (share.total < floor) return tooFew(objective, share, floor, 'to say anything');
    return share.total < pass ? tooFew(objective, share, pass, 'to show that the limit holds') : undefined;
  }
  if (share.total >= needed || isCertain(objective, share)) return undefined;
  return unknown(
    'too-few-events',
    `${round(fewestBad(objective, share), 1)} of ${round(share.total, 1)} events in ${objective.windowS} s were bad, which may be chance; ${needed} are needed to tell`,
    'wait for traffic, or lengthen windowS',
  );
}

/** Whether a share breaks its level by more than chance, however few events it is of. Pure. */
export function isCertain(objective: SloLevel, share: LevelShare): boolean {
  const limit = badLimit(objective);
  // Looks at regular times cover the window: what they saw is no sample.
  if (limit === undefined)
    return (
      'atLeast' in objective && fewestBad(objective, share) / share.total > 1 - objective.atLeast.critical
    );
  return breachIsCertain(fewestBad(objective, share) / CALLS_REPEATED, share.total / CALLS_REPEATED, limit);
}

/** Between two buckets more is not known. */
function fewestBad(objective: SloLevel, share: LevelShare): number {
  return 'atLeast' in objective ? share.total - share.most : share.least;
}

/** Said of a pass that the plan allows with fewer events than its limit needs. */
export function reservation(objective: SloLevel, share: LevelShare): string {
  const { needed } = leastEvents(objective);
  return badLimit(objective) === undefined || share.total >= needed
    ? ''
    : `, of ${round(share.total, 1)} events only: ${needed} would be needed to show that the limit holds`;
}

function tooFew(objective: SloLevel, share: LevelShare, least: number, why: string): LevelDraft {
  return unknown(
    'too-few-events',
    `Only ${round(share.total, 1)} events in ${objective.windowS} s; ${least} are needed ${why}`,
    'wait for traffic, lengthen windowS, or set a lower minimumEvents',
  );
}

/** Where a capacity is not limited, exporters write 0: nothing is full, and nothing is empty. */
function capable(
  objective: Extract<SloLevel, { kind: 'saturation' }>,
  share: LevelShare,
): LevelShare | LevelDraft {
  if (share.total > 0) return share;
  return unknown(
    'no-capacity',
    `The capacity is ${share.total}: no share of it can be told`,
    typeof objective.capacity === 'string' && objective.capacity.includes('redis')
      ? 'Redis exports 0 without maxmemory: set maxmemory, or give the capacity as a number of bytes'
      : 'set a limit there (a capacity of 0 mostly means that there is none), or give the capacity as a number',
  );
}
