import type { LoadProfile } from '../contract/load/load-profile.ts';
import type { LoadResult } from '../contract/load/load-result.ts';
import type { Statement } from '../contract/flow/statement.ts';

/** From this share of a latency limit on, the generator's own delay is held against a breach of it. */
const GREATEST_LAG_SHARE = 0.1;
/** A late event loop can hold a request up when it leaves and when its answer is read. */
const LATE_TWICE = 2;
/** Of the processor time that it could have used, a starved generator got less than one part in so many. */
const STARVED_PARTS = 5;
/** Share of the requests that a percentile leaves beyond it. */
const BEYOND = { p50: 0.5, p95: 0.05, p99: 0.01 } as const;

/**
 * Whether our own delay can explain every breach: then nothing is known about the target. Of an event loop the 99th
 * percentile of its delay is known, of another process how long its work waited for a processor on average: at most
 * wait / x of the requests can have waited x or longer (Markov's inequality), so a p95 can be wrong by 20 times the wait.
 * That mean hides long waits behind the many short ones of a program's housekeeping, so a generator that mostly stood in
 * the queue measured nothing, whatever the mean.
 * @param broken statements that do not hold; errors among them must be of requests that got no answer
 * @returns why, in words; undefined when the breach stands
 */
export function generatorDelay(
  profile: LoadProfile,
  result: LoadResult,
  broken: readonly Statement[],
): string | undefined {
  const { generator, latency } = result;
  const { lagP99Ms, waitMs } = generator;
  if (latency === null || broken.length === 0) return undefined;
  const explained = broken.every(({ name }) => {
    if (name === 'error rate') return explainsTimeouts(profile, result);
    if (name !== 'p50' && name !== 'p95' && name !== 'p99') return false;
    const limit = profile.thresholds[`${name}Ms`];
    if (limit === undefined) return false;
    if (isStarved(result)) return true;
    const possibleMs = Math.max((lagP99Ms ?? 0) * LATE_TWICE, (waitMs ?? 0) / BEYOND[name]);
    const considerable = Math.max(lagP99Ms ?? 0, (waitMs ?? 0) / BEYOND[name]) > limit * GREATEST_LAG_SHARE;
    return considerable && latency[name] - limit <= possibleMs;
  });
  if (!explained) return undefined;
  const shown = broken
    .map(({ name, measured, unit }) => `${name} ${String(measured)}${unit === undefined ? '' : ` ${unit}`}`)
    .join(', ');
  const ours = isStarved(result)
    ? `it got a processor for ${Math.round(generator.cpuPercent ?? 0)} % of the time, while its threads waited for one for ${Math.round(generator.queuedPercent ?? 0)} %`
    : lagP99Ms === null
      ? `its work waited ${Number((waitMs ?? 0).toFixed(1))} ms for a processor on average`
      : `its event loop was ${Number(lagP99Ms.toFixed(1))} ms late at p99`;
  return `The breach (${shown}) is no greater than the generator's own delay can explain: ${ours}`;
}

function explainsTimeouts({ timeoutMs }: LoadProfile, result: LoadResult): boolean {
  const { errors, requests, generator } = result;
  const possible = isStarved(result) ? 1 : (generator.waitMs ?? 0) / timeoutMs;
  return errors.connection === 0 && errors.timeout / requests <= possible;
}

/** A thread of it waited at every moment, and together they hardly ran: an idle or a busy generator is neither. */
function isStarved({ generator: { cpuPercent, queuedPercent } }: LoadResult): boolean {
  if (cpuPercent === null || (queuedPercent ?? null) === null) return false;
  const queued = queuedPercent ?? 0;
  return queued >= 100 && queued > cpuPercent * (STARVED_PARTS - 1);
}

/** Whether anybody saw how the generator itself was: outside Linux nobody sees another process. */
export function healthUnseen({ generator }: LoadResult): boolean {
  const { lagP99Ms, cpuPercent, waitMs } = generator;
  return lagP99Ms === null && cpuPercent === null && (waitMs ?? null) === null;
}
