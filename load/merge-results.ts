import type { LoadBucket, LoadErrors, LoadResult } from '../contract/load/load-result.ts';
import { decodeHistogram, emptyHistogram, latencyOf } from './engines/load-recorder.ts';
import { mergeShapes } from './engines/looked-shapes.ts';
import { listed } from './engines/silences.ts';
import { mergeWrongAnswers } from './engines/wrong-answers.ts';
import { hdrHistogram } from './hdr-histogram.ts';

/** How results stand to each other: one after the other, or shares of one load that were made at the same time. */
export type Together = 'in-turn' | 'at-once';

/**
 * One result from several. Histograms are merged, percentiles never. Pure.
 * @throws Error without any result, or with those of different engines or models: such latencies mean different things
 */
export function mergeResults(results: readonly LoadResult[], together: Together): LoadResult {
  const [first] = results;
  if (first === undefined) throw new Error('there is no result to merge');
  const differing = results.find(
    ({ engine, model }) =>
      engine.name !== first.engine.name || engine.version !== first.engine.version || model !== first.model,
  );
  if (differing !== undefined) {
    throw new Error(
      `results of ${nameOf(first)} and of ${nameOf(differing)} are no parts of one: they measure differently`,
    );
  }
  const atOnce = together === 'at-once';
  const sum = (of: (result: LoadResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const most = (of: (result: LoadResult) => number): number => Math.max(...results.map(of));
  const durationMs = atOnce ? most((result) => result.durationMs) : sum((result) => result.durationMs);
  const requests = sum((result) => result.requests);
  const histogram = emptyHistogram();
  for (const result of results) {
    if (result.histogram !== null) histogram.add(decodeHistogram(result.histogram));
  }
  const unreachable = results.find((result) => result.unreachable !== undefined)?.unreachable;
  return {
    engine: first.engine,
    model: first.model,
    startedAt: results.map(({ startedAt }) => startedAt).sort()[0] ?? first.startedAt,
    durationMs,
    ...(atOnce ? { spanMs: most((result) => lateMs(result, results) + result.durationMs) } : {}),
    warmupMs: first.warmupMs,
    connections: atOnce ? sum((result) => result.connections) : most((result) => result.connections),
    requests,
    errors: errorsOf(results),
    ...mergeShapes(results),
    ...mergeWrongAnswers(results),
    ...limitedOf(results, atOnce),
    latency: latencyOf(histogram),
    histogram: histogram.totalCount === 0 ? null : hdrHistogram().encodeIntoCompressedBase64(histogram),
    targetRate: results.some(({ targetRate }) => targetRate === null)
      ? null
      : overTime(results, atOnce, durationMs, (result) => result.targetRate ?? 0),
    achievedRate: overTime(results, atOnce, durationMs, (result) => result.achievedRate),
    dropped: sum((result) => result.dropped),
    buckets: bucketsOf(results, atOnce),
    ...silencesOf(results, atOnce),
    generator: {
      lagP99Ms: nullable(results.map(({ generator }) => generator.lagP99Ms)),
      cpuPercent: nullable(results.map(({ generator }) => generator.cpuPercent)),
      ...ofAll('waitMs', results),
      ...ofAll('queuedPercent', results),
      saturated: results.some(({ generator }) => generator.saturated),
      ...greatest('processes', results),
      ...greatest('cores', results),
    },
    ...(unreachable === undefined ? {} : { unreachable }),
    faults: [...new Set(results.flatMap(({ faults }) => faults))],
  };
}

function together(one: LoadBucket, other: LoadBucket): LoadBucket {
  const kinds = { ...one.kinds };
  for (const [kind, count] of Object.entries(other.kinds ?? {}) as [keyof LoadErrors, number][])
    kinds[kind] = (kinds[kind] ?? 0) + count;
  return {
    second: one.second,
    requests: one.requests + other.requests,
    errors: one.errors + other.errors,
    ...(Object.keys(kinds).length > 0 ? { kinds } : {}),
    bytes: one.bytes + other.bytes,
    ...(one.inFlight === undefined || other.inFlight === undefined
      ? {}
      : { inFlight: one.inFlight + other.inFlight }),
  };
}

function nameOf({ engine, model }: LoadResult): string {
  return `${engine.name} ${engine.version} (${model})`;
}

/** Rates at the same time add up; rates in turn count for as long as they lasted. */
function overTime(
  results: readonly LoadResult[],
  atOnce: boolean,
  durationMs: number,
  rate: (result: LoadResult) => number,
): number {
  if (atOnce) return results.reduce((total, result) => total + rate(result), 0);
  if (durationMs === 0) return 0;
  return results.reduce((total, result) => total + rate(result) * result.durationMs, 0) / durationMs;
}

/** The first second is told by the buckets' numbering: after one another, those of later results come later. */
function limitedOf(results: readonly LoadResult[], atOnce: boolean): Pick<LoadResult, 'limited'> {
  let count = 0;
  let firstSecond: number | undefined;
  let before = 0;
  for (const { limited, durationMs } of results) {
    if (limited !== undefined) {
      count += limited.count;
      const second = limited.firstSecond + before;
      firstSecond = firstSecond === undefined ? second : Math.min(firstSecond, second);
    }
    if (!atOnce) before += Math.ceil(durationMs / 1000);
  }
  return firstSecond === undefined ? {} : { limited: { count, firstSecond } };
}

function errorsOf(results: readonly LoadResult[]): LoadErrors {
  const total: LoadErrors = { status: 0, timeout: 0, connection: 0, assertion: 0 };
  for (const { errors } of results) {
    for (const kind of Object.keys(total) as (keyof LoadErrors)[]) total[kind] += errors[kind];
  }
  return total;
}

function bucketsOf(results: readonly LoadResult[], atOnce: boolean): LoadBucket[] {
  const merged = new Map<number, LoadBucket>();
  let before = 0;
  for (const result of results) {
    // Machines never start in the same second; what happened at one time must stand in one bucket.
    if (atOnce) before = Math.round(lateMs(result, results) / 1000);
    for (const bucket of result.buckets) {
      const second = bucket.second + before;
      const known = merged.get(second);
      merged.set(second, known === undefined ? { ...bucket, second } : together(known, bucket));
    }
    if (!atOnce) before += Math.ceil(result.durationMs / 1000);
  }
  return [...merged.values()].sort((a, b) => a.second - b.second);
}

/** How much later than the earliest a result began; 0 where one of them does not say. */
function lateMs({ startedAt }: LoadResult, results: readonly LoadResult[]): number {
  const earliest = Math.min(...results.map((result) => Date.parse(result.startedAt)));
  return Math.max(0, Date.parse(startedAt) - earliest) || 0;
}

/** At once, those of the share that heard least: which silences of several shares coincide is not known. */
function silencesOf(
  results: readonly LoadResult[],
  atOnce: boolean,
): Pick<LoadResult, 'silencesMs' | 'silencesUnlisted'> {
  const sum = ({ silencesMs = [] }: LoadResult): number => silencesMs.reduce((total, one) => total + one, 0);
  const all = atOnce ? [...results].sort((a, b) => sum(b) - sum(a)).slice(0, 1) : results;
  const cut = all.filter(({ silencesUnlisted }) => silencesUnlisted !== undefined);
  return listed(
    all.flatMap(({ silencesMs }) => silencesMs ?? []),
    {
      unlisted: cut.reduce((total, { silencesUnlisted }) => total + (silencesUnlisted ?? 0), 0),
      longest: Math.max(0, ...cut.map(({ silencesMs }) => silencesMs?.at(-1) ?? 0)),
    },
  );
}

/** The worst of those that are known; null when one is not: a share whose health nobody saw is no healthy one. */
function nullable(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === values.length ? Math.max(...known) : null;
}

/** The worst of them; nothing where one of the results does not say, as those of older versions. */
function ofAll<Name extends 'waitMs' | 'queuedPercent'>(
  name: Name,
  results: readonly LoadResult[],
): Partial<Record<Name, number | null>> {
  if (results.some(({ generator }) => generator[name] === undefined)) return {};
  const worst = nullable(results.map(({ generator }) => generator[name] ?? null));
  return { [name]: worst } as Partial<Record<Name, number | null>>;
}

/** Each of the results was made by so many; nothing where one process made each of them. */
function greatest<Name extends 'processes' | 'cores'>(
  name: Name,
  results: readonly LoadResult[],
): Partial<Record<Name, number>> {
  const known = results.map(({ generator }) => generator[name]).filter((value) => value !== undefined);
  return known.length === 0 ? {} : ({ [name]: Math.max(...known) } as Partial<Record<Name, number>>);
}
