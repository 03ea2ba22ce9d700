import { readdirSync, readFileSync } from 'node:fs';
import type { TestCluster } from '../postgres-cluster.ts';

export interface Measured {
  readonly seconds: number;
  /** Processor seconds of all servers together. */
  readonly processor: number;
  /** Largest resident memory of the client, in bytes; undefined where it is none of ours. */
  readonly memory: number | undefined;
}

/** Does some work with the servers, which gives the client's memory, and says what it took. */
export async function measured(
  clusters: readonly TestCluster[],
  work: () => Promise<number | undefined>,
): Promise<Measured> {
  const before = clusters.reduce((sum, cluster) => sum + serverSeconds(cluster), 0);
  const started = performance.now();
  const memory = await work();
  const seconds = (performance.now() - started) / 1000;
  await new Promise((resolve) => setTimeout(resolve, 100));
  const after = clusters.reduce((sum, cluster) => sum + serverSeconds(cluster), 0);
  return { seconds, processor: after - before, memory };
}

/** Processor seconds that a server has used, all its sessions and the ended ones included. */
function serverSeconds(cluster: TestCluster): number {
  const ticks = (stat: string, ...fields: number[]): number => {
    const parts = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.reduce((sum, field) => sum + Number(parts[field - 3]), 0);
  };
  let sum = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let stat: string;
    try {
      stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    } catch {
      continue; // It ended while we looked.
    }
    if (Number(pid) === cluster.pid) sum += ticks(stat, 14, 15, 16, 17);
    else if (ticks(stat, 4) === cluster.pid) sum += ticks(stat, 14, 15);
  }
  return sum / 100;
}
