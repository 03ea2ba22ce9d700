import { badLimit, leastEvents } from '../../contract/slo-events.ts';
import type { SloLevel } from '../../contract/slo.ts';
import { shareLowerBound } from './binomial.ts';
import { round, type Saying, unknown } from './saying.ts';
import type { Share } from './share-of.ts';

/** Whether the share is one of enough events to say anything; with no capacity there is no share. Pure. */
export function enough(objective: SloLevel, share: Share | Saying): Share | Saying {
  if ('outcome' in share) return share;
  if (objective.kind === 'saturation') return capable(objective, share);
  const { floor } = leastEvents(objective);
  return share.total < floor ? tooFew(objective, share, floor, 'to say anything') : share;
}

/**
 * Whether so many events carry the answer: a pass needs as many as show that the limit holds, unless the plan asks for
 * fewer; a breach by fewer than that must be more than chance. Pure.
 */
export function carried(objective: SloLevel, share: Share, broken: boolean): Saying | undefined {
  const { pass, needed } = leastEvents(objective);
  if (!broken)
    return share.total < pass ? tooFew(objective, share, pass, 'to show that the limit holds') : undefined;
  const limit = badLimit(objective);
  if (share.total >= needed || limit === undefined) return undefined;
  // The fewest that may be bad: between two buckets more is not known.
  const bad = 'atLeast' in objective ? share.total - share.most : share.least;
  if (shareLowerBound(Math.floor(bad + 1e-6), Math.round(share.total)) > limit) return undefined;
  return unknown(
    'too-few-events',
    `${round(bad, 1)} of ${round(share.total, 1)} events in ${objective.windowS} s were bad, which may be chance; ${needed} are needed to tell`,
    'wait for traffic, or lengthen windowS',
  );
}

/** Said of a pass that the plan allows with fewer events than its limit needs. */
export function reservation(objective: SloLevel, share: Share): string {
  const { needed } = leastEvents(objective);
  return badLimit(objective) === undefined || share.total >= needed
    ? ''
    : `, of ${round(share.total, 1)} events only: ${needed} would be needed to show that the limit holds`;
}

function tooFew(objective: SloLevel, share: Share, least: number, why: string): Saying {
  return unknown(
    'too-few-events',
    `Only ${round(share.total, 1)} events in ${objective.windowS} s; ${least} are needed ${why}`,
    'wait for traffic, lengthen windowS, or set a lower minimumEvents',
  );
}

/** Where a capacity is not limited, exporters write 0: nothing is full, and nothing is empty. */
function capable(objective: Extract<SloLevel, { kind: 'saturation' }>, share: Share): Share | Saying {
  if (share.total > 0) return share;
  return unknown(
    'no-capacity',
    `The capacity is ${share.total}: no share of it can be told`,
    typeof objective.capacity === 'string' && objective.capacity.includes('redis')
      ? 'Redis exports 0 without maxmemory: set maxmemory, or give the capacity as a number of bytes'
      : 'set a limit there (a capacity of 0 mostly means that there is none), or give the capacity as a number',
  );
}
