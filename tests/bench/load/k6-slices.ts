import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchTarget } from './target.ts';

export const SETTLE_MS = 60;
export const SLICE_MS = 300;

/** What two processes cost a request while each was let run in turn. */
export interface Slices {
  /** Microseconds of processor time a request, over all slices. */
  readonly aloneUs: number;
  readonly oursUs: number;
  /** Ratios of neighbouring slices: their median, and its interval of 95 % by ranks. */
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Lets two stopped processes run in turn, for a third of a second each. A machine's speed drifts within seconds by more
 * than the difference that is measured; neighbouring slices see the same machine.
 */
export async function takeTurns(
  target: BenchTarget,
  alone: number,
  ours: number,
  cycles: number,
): Promise<Slices> {
  const sums = { alone: { cpuUs: 0, requests: 0 }, ours: { cpuUs: 0, requests: 0 } };
  const ratios: number[] = [];
  for (let cycle = -1; cycle < cycles; cycle += 1) {
    const inOrder = cycle % 2 === 0;
    const first = await slice(target, inOrder ? alone : ours);
    const second = await slice(target, inOrder ? ours : alone);
    // The first of all is a warm-up.
    if (cycle < 0) continue;
    const [one, other] = inOrder ? [first, second] : [second, first];
    for (const [sum, seen] of [
      [sums.alone, one],
      [sums.ours, other],
    ] as const) {
      sum.cpuUs += seen.cpuUs;
      sum.requests += seen.requests;
    }
    ratios.push(other.cpuUs / other.requests / (one.cpuUs / one.requests));
  }
  ratios.sort((a, b) => a - b);
  // Ranks of the median's interval, by the normal approximation of the binomial distribution.
  const away = (1.96 * Math.sqrt(ratios.length)) / 2;
  const at = (rank: number): number =>
    ratios[Math.min(ratios.length - 1, Math.max(0, Math.round(rank)))] ?? NaN;
  const middle = (ratios.length - 1) / 2;
  return {
    aloneUs: sums.alone.cpuUs / sums.alone.requests,
    oursUs: sums.ours.cpuUs / sums.ours.requests,
    median: at(middle),
    low: at(middle - away),
    high: at(middle + away),
  };
}

async function slice(
  target: BenchTarget,
  pid: number,
): Promise<{ readonly cpuUs: number; readonly requests: number }> {
  process.kill(pid, 'SIGCONT');
  await pause(SETTLE_MS);
  const from = { cpu: cpuUs(pid), count: await target.count() };
  await pause(SLICE_MS);
  const to = { cpu: cpuUs(pid), count: await target.count() };
  process.kill(pid, 'SIGSTOP');
  const requests = to.count - from.count;
  if (requests < 10) throw new Error(`only ${requests} requests were made in a slice`);
  return { cpuUs: to.cpu - from.cpu, requests };
}

/** Processor time of all threads of a process, in microseconds; Linux only. Ticks of 10 ms would be too coarse here. */
function cpuUs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const [ns = '0'] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return sum + Number(ns) / 1000;
  }, 0);
}
