import type { Finding } from '../../contract/finding.ts';
import type { InstantAnswer, RangeAnswer } from '../../contract/ports/metrics.ts';
import type { Slo, SloLevel } from '../../contract/slo.ts';
import { atLeast, atMost } from '../../contract/statement.ts';
import { leOf, underCount } from './bucket-bounds.ts';
import { ROUNDING } from './limits.ts';
import { notSeen } from './not-seen.ts';
import type { SloHistory, SloReadings } from './read-slo.ts';
import { numberOf, percent, round, type Saying, unknown } from './saying.ts';
import { type CountBucket, evaluateTrigger } from './trigger.ts';

/** Windows of two counters are extrapolated apart, so a part may come out a little greater than its total. */
export const MOST_PART = 1.01;

/** The share that an objective is about; `least` and `most` differ where a histogram has no such boundary. */
interface Share {
  readonly total: number;
  readonly least: number;
  readonly most: number;
}

/**
 * Judges one service level. Pure. First whether anything may be said: complete answers, all instances up, fresh and
 * gapless data, one finite number, enough events. Only then what was measured.
 */
export function judgeSlo(slo: Slo, objective: SloLevel, readings: SloReadings): Finding {
  const said = notSeen(slo, objective, readings) ?? measured(slo, objective, readings);
  const { statement, ...saying } = said;
  const seen = numberOf(objective.kind === 'saturation' ? readings.scrapes : totalOf(objective, readings));
  const sampleSize = typeof seen === 'number' ? Math.max(0, Math.floor(seen)) : 0;
  return {
    check: objective.id,
    ...saying,
    sampleSize,
    ...(statement === undefined
      ? {}
      : {
          measured: statement.measured,
          expected: statement.expected,
          detail: { kind: 'probe', statements: [statement] },
        }),
  };
}

/**
 * The share of a level, with the events that it is a share of; or why nothing can be said about it. Pure. For judges of
 * their own limits.
 */
export function seenShare(slo: Slo, objective: SloLevel, readings: SloReadings): Share | Saying {
  return notSeen(slo, objective, readings) ?? enough(objective, shareNow(slo, objective, readings));
}

function enough(objective: SloLevel, share: Share | Saying): Share | Saying {
  if ('outcome' in share) return share;
  if (objective.kind === 'saturation') return capable(objective, share);
  if (Math.max(share.least, share.most) > MOST_PART * share.total + 1) {
    return unknown(
      'part-exceeds-total',
      `${round(share.most, 1)} of ${round(share.total, 1)} events in ${objective.windowS} s: the numerator is no part of the denominator`,
      'let both selectors name the same job and the same events',
    );
  }
  const least = objective.minimumEvents;
  if (share.total < least) {
    return unknown(
      'too-few-events',
      `Only ${round(share.total, 1)} events in ${objective.windowS} s; ${least} are needed to say anything`,
      'wait for traffic, lengthen windowS, or lower minimumEvents',
    );
  }
  return share;
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

function measured(slo: Slo, objective: SloLevel, readings: SloReadings): Saying {
  const share = enough(objective, shareNow(slo, objective, readings));
  if ('outcome' in share) return share;
  const [low, high] = [share.least / share.total, share.most / share.total];
  const [level, upward] =
    'atLeast' in objective ? ([objective.atLeast, true] as const) : ([objective.atMost, false] as const);
  const breaks = (value: number, limit: number): boolean =>
    upward ? value < limit - ROUNDING : value > limit + ROUNDING;
  const [lowBreaks, highBreaks] = [breaks(low, level.critical), breaks(high, level.critical)];
  if (lowBreaks !== highBreaks) {
    return unknown(
      'no-such-bucket',
      `Between ${percent(low)} and ${percent(high)} hold: the histogram has no bucket there, so more is not known`,
      'set underS to a boundary of the histogram, or give it one there',
    );
  }
  const name = NAMES[objective.kind];
  const statement = (upward ? atLeast : atMost)(name, round(low, 6), level.critical);
  const said = { ...statement, ok: !lowBreaks };
  const about = `${name} is ${percent(low)} over ${objective.windowS} s`;
  if (readings.history !== null) {
    const sustained = heldFor(objective, readings.history, lowBreaks);
    if (sustained !== undefined) return sustained;
  }
  if (lowBreaks) {
    const times = objective.forS === 0 ? '' : `, for ${objective.forS} s`;
    return {
      outcome: 'fail',
      cause: objective.kind,
      summary: `${about}${times} (${String(said.expected)})`,
      statement: said,
    };
  }
  const warns = level.warning !== undefined && breaks(low, level.warning);
  return {
    outcome: 'pass',
    ...(warns ? { cause: 'warning-level' } : {}),
    summary: warns
      ? `${about}: beyond the warning level ${level.warning}, within the critical one ${level.critical}`
      : about,
    statement: said,
  };
}

const NAMES: Record<SloLevel['kind'], string> = {
  latency: 'share of fast requests',
  'error-rate': 'error rate',
  availability: 'availability',
  saturation: 'saturation',
  'business-ratio': 'share of good events',
};

function shareNow(slo: Slo, objective: SloLevel, readings: SloReadings): Share | Saying {
  if (objective.kind === 'latency') {
    const buckets = readings.total.samples.map(({ labels, value }) => ({ le: leOf(labels), count: value }));
    const under = underCount(buckets, objective.underS);
    if (under !== undefined && finite(under)) return under;
    return unknown('no-series', 'The histogram has no buckets', 'see that its name and labels are right');
  }
  const total = numberOf(readings.total);
  if (typeof total !== 'number') return notANumber('the total', total);
  const part = numberOf(readings.part ?? { samples: [], warnings: [] });
  if (typeof part === 'number') return { total, least: part, most: part };
  if (part !== 'no series') return notANumber('the numerator', part);
  if (objective.kind === 'error-rate' && typeof numberOf(readings.partExists ?? none) === 'number') {
    // The labels exist and no series matches: there was not one such event.
    return { total, least: 0, most: 0 };
  }
  return unknown(
    'no-such-series',
    'The numerator has no series, and that its metric has the labels that are named is not seen either',
    REMEDIES[slo.source.adapter],
  );
}

/** What helps where no event is none only if the selector is right. */
const REMEDIES: Record<Slo['source']['adapter'], string> = {
  prometheus: 'correct the selector, or let the target export the series with 0 from its start',
  cloudwatch: 'correct the selector, or let the target write the metric with 0',
  'azure-logs': 'correct the selector, or select by a boolean column, such as Success="false"',
};

const none: InstantAnswer = { samples: [], warnings: [] };

function notANumber(what: string, found: string): Saying {
  return unknown(
    found === 'no series' ? 'no-series' : 'not-a-number',
    `${what} is ${found}`,
    'see that the metric exists and that there is traffic',
  );
}

function finite(share: Share): boolean {
  return [share.total, share.least, share.most].every(Number.isFinite);
}

/** @returns undefined when the present evaluation decides: all of the time was a breach, or now is healthy */
function heldFor(objective: SloLevel, history: SloHistory, breaksNow: boolean): Saying | undefined {
  const critical = 'atLeast' in objective ? objective.atLeast.critical : objective.atMost.critical;
  const answer = evaluateTrigger(historyBuckets(objective, history), {
    kind: 'sustained',
    forMs: Math.round(objective.forS * 1000),
    limit: ('atLeast' in objective ? 1 - critical : critical) + ROUNDING,
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
    `${NAMES[objective.kind]} breaks its level now, but not yet for ${objective.forS} s`,
    'evaluate again when that time is over',
  );
}

/** One bucket for each evaluation; one without a finite share holds nothing. */
function historyBuckets(objective: SloLevel, history: SloHistory): readonly CountBucket[] {
  const lengthMs = history.stepS * 1000;
  return history.timesS.map((atS) => {
    const startMs = atS * 1000 - lengthMs;
    const share = shareAt(objective, history, atS);
    if (share === undefined || !finite(share) || share.total <= 0)
      return { startMs, lengthMs, total: 0, bad: 0 };
    // In doubt between two buckets the evaluation is a breach: only a healthy one would reset.
    const bad = 'atLeast' in objective ? share.total - share.least : share.most;
    return { startMs, lengthMs, total: share.total, bad };
  });
}

function shareAt(objective: SloLevel, history: SloHistory, atS: number): Share | undefined {
  const values = (answer: RangeAnswer): InstantAnswer['samples'] =>
    answer.series.flatMap(({ labels, points }) => {
      const point = points.find((one) => Math.abs(one.atS - atS) < history.stepS / 2);
      return point === undefined ? [] : [{ labels, value: point.value }];
    });
  const totals = values(history.total);
  if (objective.kind === 'latency') {
    return underCount(
      totals.map(({ labels, value }) => ({ le: leOf(labels), count: value })),
      objective.underS,
    );
  }
  const total = numberOf({ samples: totals, warnings: [] });
  const part = numberOf({ samples: history.part === null ? [] : values(history.part), warnings: [] });
  if (typeof total !== 'number') return undefined;
  if (typeof part === 'number') return { total, least: part, most: part };
  return part === 'no series' && objective.kind === 'error-rate' ? { total, least: 0, most: 0 } : undefined;
}

function totalOf(objective: SloLevel, readings: SloReadings): InstantAnswer {
  if (objective.kind !== 'latency') return readings.total;
  return { samples: readings.total.samples.filter(({ labels }) => leOf(labels) === Infinity), warnings: [] };
}
