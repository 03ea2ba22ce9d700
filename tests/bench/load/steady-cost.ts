import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchTarget } from './target.ts';

/** What a generator did and took while it ran at full speed; its start and end are left out. */
export interface SteadyCost {
  readonly perSecond: number;
  /** Microseconds of processor time per request. */
  readonly cpuUs: number;
}

const SETTLE_MS = 1000;

/**
 * Watches a process that makes load on a target that is otherwise idle.
 * @param pid asked again until the process is there
 * @param measureMs length of the part that counts; the load must go on for longer
 */
export async function steadyCost(
  target: BenchTarget,
  pid: () => number | undefined,
  measureMs: number,
): Promise<SteadyCost> {
  const before = await target.count();
  while ((await target.count()) < before + 100) await pause(50);
  await pause(SETTLE_MS);
  const process = pid();
  if (process === undefined) throw new Error('the generator is not there');
  const from = { at: performance.now(), cpu: cpuMs(process), count: await target.count() };
  await pause(measureMs);
  const to = { at: performance.now(), cpu: cpuMs(process), count: await target.count() };
  const requests = to.count - from.count;
  if (requests < 100) throw new Error(`only ${requests} requests were made`);
  return {
    perSecond: requests / ((to.at - from.at) / 1000),
    cpuUs: ((to.cpu - from.cpu) * 1000) / requests,
  };
}

/** Processor time of a process so far; Linux only. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A tick is a hundredth of a second.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
