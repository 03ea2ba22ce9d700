import type { LoadProfile } from '../../contract/load/load-profile.ts';
import type { LoadResult } from '../../contract/load/load-result.ts';
import type { LoadEngine, LoadOrder } from '../../contract/ports/load-engine.ts';
import { autocannonVersion, headOf, type LoadSoFar, manyOrigins, runConnections } from './autocannon-run.ts';
import { firstOrigins } from './first-origins.ts';
import { LoadRecorder } from './load-recorder.ts';
import { runInProcesses } from './processes/run-in-processes.ts';
import { unreachableBecause } from './reachability.ts';

/**
 * The embedded engine: closed model, HTTP/1.1. One process is the one that calls it, a Playwright worker that does
 * nothing else meanwhile: flows are functions that live there, and the event loop whose delay we measure is then the
 * very one that makes the load. Several are children of it.
 */
export const autocannonEngine: LoadEngine = {
  name: 'autocannon',
  async availability() {
    try {
      return { available: true, version: autocannonVersion() };
    } catch (error) {
      return {
        available: false,
        reason: `autocannon cannot be loaded: ${String(error)}`,
        remedy: 'npm install autocannon@9',
      };
    }
  },
  run: runAutocannon,
};

async function runAutocannon(order: LoadOrder): Promise<LoadResult> {
  const { profile, progress } = order;
  const origin = originOf(order);
  const unreachable = await unreachableBecause(origin, Math.min(profile.timeoutMs, 5000));
  if (unreachable !== undefined) {
    return {
      ...headOf(profile),
      startedAt: new Date().toISOString(),
      ...new LoadRecorder().result(0),
      durationMs: 0,
      achievedRate: 0,
      generator: { lagP99Ms: null, cpuPercent: null, saturated: false },
      unreachable,
      faults: [],
    };
  }
  const tell = (soFar: LoadSoFar): void => progress(progressLine(profile, soFar));
  return profile.processes === 1
    ? runConnections({ ...order, origin, usersBefore: 0, tell })
    : runInProcesses({ ...order, origin, tell });
}

function progressLine({ durationS, warmupS, processes }: LoadProfile, soFar: LoadSoFar): string {
  const { sinceMs, requests, failed, p95 } = soFar;
  if (sinceMs < 0) return `warming up, ${Math.max(0, warmupS + sinceMs / 1000).toFixed(0)} s`;
  // Of several processes the slowest: all of them together are no slower than that.
  const tail = `p95 ${processes > 1 ? 'at most ' : ''}${p95?.toFixed(1)} ms`;
  return [
    `${Math.min(durationS, sinceMs / 1000).toFixed(0)} of ${durationS} s`,
    `${requests} requests`,
    `${failed} failed`,
    ...(p95 === undefined ? [] : [tail]),
  ].join(', ');
}

/** autocannon's connections each belong to one origin. @throws Error when the order needs several */
function originOf(order: LoadOrder): string {
  const [only, ...others] = firstOrigins(order);
  if (only === undefined) throw new Error(`the profile "${order.profile.id}" has nothing to send`);
  if (others.length > 0) throw new Error(manyOrigins(only, others.join(', ')));
  return only;
}
