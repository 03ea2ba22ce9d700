import type { InstantAnswer, RangeAnswer } from '../contract/ports/metrics.ts';
import { SOURCE_TRAITS } from '../contract/slo/metrics-source.ts';
import type { Slo, SloLevel } from '../contract/slo/slo.ts';
import { sharedBuckets, underCount } from './bucket-bounds.ts';
import type { SloHistory, SloReadings } from './read-slo.ts';
import { type LevelDraft, unknown } from './level-draft.ts';
import { numberOf, round } from './metric-number.ts';

/** The share that an objective is about; `least` and `most` differ where a histogram has no such boundary. */
export interface LevelShare {
  readonly total: number;
  readonly least: number;
  readonly most: number;
  /** The boundary is missing because releases with other histograms run at the same time. */
  readonly mixed?: boolean;
}

/** Windows of two counters are extrapolated apart, so a part may come out a little greater than its total. */
export const MOST_PART = 1.01;

const none: InstantAnswer = { samples: [], warnings: [] };

/** The share of a level now, or why there is none. Pure. */
export function shareNow(slo: Slo, objective: SloLevel, readings: SloReadings): LevelShare | LevelDraft {
  if (objective.kind === 'latency') {
    const share = latencyShare(objective, readings.total.samples, readings.layout?.samples ?? null);
    if (share !== undefined && finite(share)) return inJoint(objective, share);
    return unknown('no-series', 'The histogram has no buckets', 'see that its name and labels are right');
  }
  const total = numberOf(readings.total);
  if (typeof total !== 'number') return notANumber('the total', total);
  const part = numberOf(readings.part ?? none);
  if (typeof part === 'number') return inJoint(objective, { total, least: part, most: part });
  if (part !== 'no series') return notANumber('the numerator', part);
  if (countsNothing(objective) && typeof numberOf(readings.partExists ?? none) === 'number') {
    // The labels exist and no series matches: there was not one such event.
    return { total, least: 0, most: 0 };
  }
  return unknown(
    'no-such-series',
    'The numerator has no series, and nothing shows that its selector is right: neither its metric with all of these labels was seen, nor, of good events, such a one within a day',
    SOURCE_TRAITS[slo.source.adapter].noSuchSeries,
  );
}

/** One of the evaluations of the last `forS` seconds; undefined without data. */
export function shareAt(objective: SloLevel, history: SloHistory, atS: number): LevelShare | undefined {
  const values = (answer: RangeAnswer): InstantAnswer['samples'] =>
    answer.series.flatMap(({ labels, points }) => {
      const point = points.find((one) => Math.abs(one.atS - atS) < history.stepS / 2);
      return point === undefined ? [] : [{ labels, value: point.value }];
    });
  const totals = values(history.total);
  const share = ((): LevelShare | undefined => {
    if (objective.kind === 'latency')
      return latencyShare(objective, totals, history.layout === null ? null : values(history.layout));
    const total = numberOf({ samples: totals, warnings: [] });
    const part = numberOf({ samples: history.part === null ? [] : values(history.part), warnings: [] });
    if (typeof total !== 'number') return undefined;
    if (typeof part === 'number') return { total, least: part, most: part };
    return part === 'no series' && countsNothing(objective) ? { total, least: 0, most: 0 } : undefined;
  })();
  if (share === undefined || !finite(share) || share.total <= 0) return undefined;
  return 'outcome' in inJoint(objective, share) ? undefined : share;
}

/** Kinds whose numerator may have no series because there was no such event. */
function countsNothing({ kind }: SloLevel): boolean {
  return kind === 'error-rate' || kind === 'business-ratio';
}

function latencyShare(
  { underS }: Extract<SloLevel, { kind: 'latency' }>,
  counts: InstantAnswer['samples'],
  layout: InstantAnswer['samples'] | null,
): LevelShare | undefined {
  const { buckets, mixed } = sharedBuckets(counts, layout);
  const under = underCount(buckets, underS);
  return under && { ...under, mixed };
}

/** A part of something else is no part; of a saturation, more than everything can be used. */
function inJoint(objective: SloLevel, share: LevelShare): LevelShare | LevelDraft {
  const part = Math.max(share.least, share.most);
  if (objective.kind === 'saturation' || part <= MOST_PART * share.total + 1) return share;
  return unknown(
    'part-exceeds-total',
    `${round(part, 1)} of ${round(share.total, 1)} events in ${objective.windowS} s: the numerator is no part of the denominator`,
    'let both selectors name the same job and the same events',
  );
}

function notANumber(what: string, found: string): LevelDraft {
  return unknown(
    found === 'no series' ? 'no-series' : 'not-a-number',
    `${what} is ${found}`,
    'see that the metric exists and that there is traffic',
  );
}

function finite(share: LevelShare): boolean {
  return [share.total, share.least, share.most].every(Number.isFinite);
}
