import type { InstantAnswer, MetricsPort, RangeAnswer } from '../contract/ports/metrics.ts';
import type { Slo, SloLevel } from '../contract/slo/slo.ts';
import { sloQueries } from './slo-queries.ts';

/** Everything one evaluation asked, at one and the same time of the store. */
export interface SloReadings {
  readonly total: InstantAnswer;
  readonly part: InstantAnswer | null;
  readonly partExists: InstantAnswer | null;
  readonly age: InstantAnswer;
  readonly pushed: InstantAnswer;
  readonly instances: InstantAnswer;
  readonly up: InstantAnswer;
  readonly scrapes: InstantAnswer;
  readonly gone: InstantAnswer;
  /** Samples of the gauges of a saturation. */
  readonly own: InstantAnswer | null;
  /** Series of each bucket of a latency; null also where the source has one histogram. */
  readonly layout: InstantAnswer | null;
  /** Only for an objective with `forS`. */
  readonly history: SloHistory | null;
}

/** Asks a source everything that judging one objective needs. @throws Unavailable */
export type SloReader = (slo: Slo, level: SloLevel) => Promise<SloReadings>;

/** The evaluations of the last `forS` seconds. */
export interface SloHistory {
  readonly stepS: number;
  /** Times of the evaluations in seconds, oldest first; the last one is now. */
  readonly timesS: readonly number[];
  readonly total: RangeAnswer;
  readonly part: RangeAnswer | null;
  readonly layout: RangeAnswer | null;
}

/** Of one question about a range; Prometheus refuses more than 11 000. */
const MOST_EVALUATIONS = 1000;

/**
 * Asks everything that judging one objective needs.
 * @param atS as of which time, Unix seconds of the store's clock; without it as of now
 * @throws Unavailable
 */
export async function readSlo(
  metrics: MetricsPort,
  slo: Slo,
  objective: SloLevel,
  atS?: number,
): Promise<SloReadings> {
  const queries = sloQueries(slo, objective);
  const now = atS ?? (await metrics.now());
  const ask = (query: string): Promise<InstantAnswer> => metrics.instant(query, now);
  const maybe = async (query: string | undefined): Promise<InstantAnswer | null> =>
    query === undefined ? null : ask(query);
  return {
    total: await ask(queries.total),
    part: await maybe(queries.part),
    partExists: await maybe(queries.partExists),
    age: await ask(queries.age),
    pushed: await ask(queries.pushed),
    instances: await ask(queries.instances),
    up: await ask(queries.up),
    scrapes: await ask(queries.scrapes),
    gone: await ask(queries.gone),
    own: await maybe(queries.own),
    layout: await maybe(queries.layout),
    history: objective.forS === 0 ? null : await readHistory(metrics, slo, objective, now),
  };
}

async function readHistory(
  metrics: MetricsPort,
  slo: Slo,
  objective: SloLevel,
  now: number,
): Promise<SloHistory> {
  const { total, part, layout } = sloQueries(slo, objective);
  const stepMs = stepOf(slo, objective);
  const count = Math.ceil((objective.forS * 1000) / stepMs);
  const endMs = Math.round(now * 1000);
  const timesS = Array.from({ length: count }, (_, index) => (endMs - (count - 1 - index) * stepMs) / 1000);
  const ask = (query: string): Promise<RangeAnswer> =>
    metrics.range(query, timesS[0] ?? now, endMs / 1000, stepMs / 1000);
  return {
    stepS: stepMs / 1000,
    timesS,
    total: await ask(total),
    part: part === undefined ? null : await ask(part),
    layout: layout === undefined ? null : await ask(layout),
  };
}

/**
 * As often as the target is scraped, like the exported alert. A long time is evaluated less often, but never so seldom
 * that some of it lies in no window. Milliseconds, whole ones: sums of fractions miss the end of the time.
 */
function stepOf({ scrapeS }: Slo, { forS, windowS }: SloLevel): number {
  const scrapes = Math.min(
    Math.max(1, Math.ceil(forS / scrapeS / MOST_EVALUATIONS)),
    Math.floor(windowS / scrapeS),
  );
  return Math.round(scrapes * scrapeS * 1000);
}
