import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LoadResult } from '../../contract/load/load-result.ts';
import type { LoadThresholds } from '../../contract/load/load-profile.ts';

const RESOLUTION_MS = 5;

/** Delay of our own event loop up to which measured latencies are still believed, in milliseconds. */
const LEAST_TOLERATED_LAG_MS = 50;

/** Watches the process in which autocannon runs: its event loop and its share of one core. */
export interface OwnProcessHealth {
  stop(limits: LoadThresholds): LoadResult['generator'];
}

/** Starts watching now. */
export function watchOwnProcess(): OwnProcessHealth {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const cpu = process.cpuUsage();
  const since = process.hrtime.bigint();
  return {
    stop(limits) {
      delay.disable();
      const used = process.cpuUsage(cpu);
      const elapsedUs = Number(process.hrtime.bigint() - since) / 1000;
      // The monitor reports the distance between two ticks, its own interval included; NaN before the first tick.
      const raw = delay.percentile(99) / 1e6 - RESOLUTION_MS;
      const lagP99Ms = Number.isFinite(raw) && delay.max > 0 ? Math.max(0, raw) : null;
      return {
        lagP99Ms,
        cpuPercent: elapsedUs > 0 ? ((used.user + used.system) / elapsedUs) * 100 : null,
        saturated: lagP99Ms === null || lagP99Ms > toleratedLagMs(limits),
      };
    },
  };
}

/**
 * How late our own event loop may be: a quarter of the tightest latency limit, because that delay is part of every
 * latency we measure (the judge also looks at each breach). Using a whole core is not saturation for a closed model: it
 * claims nothing about arrival rates.
 */
export function toleratedLagMs(limits: LoadThresholds): number {
  const latencies = [limits.p50Ms, limits.p95Ms, limits.p99Ms].filter((limit) => limit !== undefined);
  if (latencies.length === 0) return LEAST_TOLERATED_LAG_MS * 2;
  return Math.max(LEAST_TOLERATED_LAG_MS, Math.min(...latencies) / 4);
}
