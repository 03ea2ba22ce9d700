import type { InstantAnswer, RangeAnswer } from '../contract/ports/metrics.ts';
import type { Slo, SloLevel } from '../contract/slo/slo.ts';
import type { SloReadings } from './read-slo.ts';

/** Values by the start of their period, in Unix seconds. A period without a value is not there: never 0. */
export type Periods = ReadonlyMap<number, number>;

/** What a store that knows periods of minutes, and no scrapes, tells about one objective. */
export interface PeriodCounts {
  /** End of the last period that was asked for. */
  readonly endS: number;
  /** Events; of a saturation what is used; of a latency all requests. */
  readonly total: Periods;
  /** Good or bad events; of a latency the requests that were fast enough. */
  readonly part: Periods | null;
  readonly partExists: boolean;
  /** Periods in which the target was seen alive. */
  readonly alive: Periods;
  /** Reasons why this may be a part only. */
  readonly warnings: readonly string[];
}

/** The end of the last period that is complete in a store, in Unix seconds. @param delayS how long that takes there */
export function lastPeriodEndS({ scrapeS }: Slo, delayS: number): number {
  return Math.floor((Date.now() / 1000 - delayS) / scrapeS) * scrapeS;
}

/** Brings periods into the shape that levels are judged in, so that one judge decides for every source. Pure. */
export function periodReadings(slo: Slo, objective: SloLevel, counts: PeriodCounts): SloReadings {
  const { endS, alive, partExists } = counts;
  const periodS = slo.scrapeS;
  const at = (timeS: number): Window => windowAt(objective, counts, timeS);
  const now = at(endS);
  const answer = (value: number | undefined): InstantAnswer => ({
    samples: value === undefined ? [] : [{ labels: {}, value }],
    warnings: counts.warnings,
  });
  const looks = within(alive, endS - objective.windowS, endS).length;
  const newest = Math.max(...within(counts.total, -Infinity, endS).map(([startS]) => startS + periodS));
  const evaluations = Math.round(objective.forS / periodS);
  const timesS = Array.from(
    { length: evaluations },
    (_, index) => endS - (evaluations - 1 - index) * periodS,
  );
  return {
    total: { samples: totalSamples(objective, now), warnings: counts.warnings },
    part: objective.kind === 'latency' ? null : answer(now.part),
    partExists: answer(partExists ? 1 : undefined),
    age: answer(Number.isFinite(newest) ? endS - newest : undefined),
    pushed: { samples: [], warnings: [] },
    instances: answer(looks > 0 ? 1 : undefined),
    up: answer(looks > 0 ? 1 : undefined),
    scrapes: answer(looks),
    gone: { samples: [], warnings: [] },
    own:
      objective.kind === 'saturation'
        ? answer(within(counts.total, endS - objective.windowS, endS).length)
        : null,
    layout: null,
    history:
      evaluations === 0
        ? null
        : {
            stepS: periodS,
            timesS,
            total: rangeOf(timesS, (timeS) => totalSamples(objective, at(timeS))),
            part:
              objective.kind === 'latency'
                ? null
                : rangeOf(timesS, (timeS) => answer(at(timeS).part).samples),
            layout: null,
          },
  };
}

interface Window {
  readonly total: number | undefined;
  readonly part: number | undefined;
}

function windowAt(objective: SloLevel, { total, part }: PeriodCounts, timeS: number): Window {
  const values = (periods: Periods | null): number[] =>
    within(periods ?? new Map<number, number>(), timeS - objective.windowS, timeS).map(([, value]) => value);
  const sum = (numbers: readonly number[]): number | undefined =>
    numbers.length === 0 ? undefined : numbers.reduce((all, one) => all + one, 0);
  if (objective.kind === 'saturation') {
    const used = values(total);
    const all = sum(used);
    const capacity = typeof objective.capacity === 'number' ? objective.capacity : undefined;
    return { total: capacity, part: all === undefined ? undefined : all / used.length };
  }
  return { total: sum(values(total)), part: sum(values(part)) };
}

function within(periods: Periods, fromS: number, toS: number): [number, number][] {
  return [...periods].filter(([startS]) => startS >= fromS && startS < toS);
}

/** A latency is told as the buckets of a histogram with one boundary: there the share is exact. */
function totalSamples(objective: SloLevel, { total, part }: Window): InstantAnswer['samples'] {
  if (total === undefined) return [];
  if (objective.kind !== 'latency') return [{ labels: {}, value: total }];
  return [
    ...(part === undefined ? [] : [{ labels: { le: String(objective.underS) }, value: part }]),
    { labels: { le: '+Inf' }, value: total },
  ];
}

function rangeOf(timesS: readonly number[], at: (timeS: number) => InstantAnswer['samples']): RangeAnswer {
  const series = new Map<
    string,
    RangeAnswer['series'][number] & { points: { atS: number; value: number }[] }
  >();
  for (const atS of timesS) {
    for (const { labels, value } of at(atS)) {
      const key = JSON.stringify(labels);
      const known = series.get(key) ?? { labels, points: [] };
      known.points.push({ atS, value });
      series.set(key, known);
    }
  }
  return { series: [...series.values()], warnings: [] };
}
