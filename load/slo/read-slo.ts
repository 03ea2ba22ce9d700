import type { InstantAnswer, MetricsPort, RangeAnswer } from '../../contract/ports/metrics.ts';
import type { Slo, SloLevel } from '../../contract/slo.ts';
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
  /** Only for an objective with `forS`. */
  readonly history: SloHistory | null;
}

/** The evaluations of the last `forS` seconds. */
export interface SloHistory {
  readonly stepS: number;
  /** Times of the evaluations in seconds, oldest first; the last one is now. */
  readonly timesS: readonly number[];
  readonly total: RangeAnswer;
  readonly part: RangeAnswer | null;
}

const MOST_EVALUATIONS = 20;

/** Asks everything that judging one objective needs. @throws MetricsUnavailable */
export async function readSlo(metrics: MetricsPort, slo: Slo, objective: SloLevel): Promise<SloReadings> {
  const queries = sloQueries(slo, objective);
  const now = await metrics.now();
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
    history: objective.forS === 0 ? null : await readHistory(metrics, slo, objective, now),
  };
}

async function readHistory(
  metrics: MetricsPort,
  slo: Slo,
  objective: SloLevel,
  now: number,
): Promise<SloHistory> {
  const { total, part } = sloQueries(slo, objective);
  const count = Math.max(1, Math.min(MOST_EVALUATIONS, Math.floor(objective.forS / slo.scrapeS)));
  const stepS = objective.forS / count;
  const start = now - (count - 1) * stepS;
  return {
    stepS,
    timesS: Array.from({ length: count }, (_, index) => start + index * stepS),
    total: await metrics.range(total, start, now, stepS),
    part: part === undefined ? null : await metrics.range(part, start, now, stepS),
  };
}
