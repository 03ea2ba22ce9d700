import { randomBytes } from 'node:crypto';
import type { LoadProfile } from '../../../contract/load/load-profile.ts';
import type { LoadOrder } from '../../../contract/ports/load-engine.ts';
import { shapedSteps } from '../looked-shapes.ts';
import { orderFlows } from '../order-flows.ts';
import type { K6Order } from './modules.ts';

const MOST_VUS = 1000;
/** How slow a target without latency limits is expected to be at most, for the number of virtual users. */
const DEFAULT_LIMIT_MS = 250;

/**
 * What the script is told, the same for every share of one load.
 * @param shares how many k6 make the load together
 * @param summaryFile where the summary of the run with this nonce goes
 */
export function orderForK6(
  { profile, flow, urls, headers, run }: Pick<LoadOrder, 'profile' | 'flow' | 'urls' | 'headers' | 'run'>,
  shares: number,
  summaryFile: (nonce: string) => string,
): K6Order {
  const nonce = randomBytes(8).toString('hex');
  const steps = Math.max(...orderFlows(profile, flow).map((one) => one.steps.length), 1);
  // Little's law: as many users as arrivals are under way while the target keeps its limits. New ones are made one at
  // a time while load is running, so these must be there before; a target that needs more is breaking its limits.
  const arrivalsUnderWay = (latencyMs: number): number =>
    Math.min(MOST_VUS, Math.ceil(((profile.rate ?? 0) * steps * latencyMs) / 1000));
  const needed = Math.max(profile.connections, arrivalsUnderWay(greatestLimitMs(profile) * 1.2) + 1);
  // A share without virtual users makes no load, and k6 deals arrivals out in proportion to them: 8 users in 3 shares
  // would make 3, 3 and 2 of 8 arrivals.
  const dealt = (users: number): number => Math.ceil(users / shares) * shares;
  const preAllocatedVUs = dealt(needed);
  return {
    profile,
    urls,
    ...(headers === undefined ? {} : { headers }),
    run,
    nonce,
    summaryFile: summaryFile(nonce),
    warmupS: profile.warmupS === 0 ? 0 : Math.max(1, profile.warmupS),
    durationS: Math.max(1, profile.durationS),
    preAllocatedVUs,
    maxVUs: Math.max(preAllocatedVUs, dealt(arrivalsUnderWay(profile.timeoutMs))),
    ...(shapedSteps(flow).length === 0 ? {} : { shapedSteps: shapedSteps(flow) }),
    drainS: Math.ceil((profile.timeoutMs * steps) / 1000) + 1,
  };
}

function greatestLimitMs({ thresholds }: LoadProfile): number {
  const limits = [thresholds.p50Ms, thresholds.p95Ms, thresholds.p99Ms].filter(
    (limit) => limit !== undefined,
  );
  return limits.length === 0 ? DEFAULT_LIMIT_MS : Math.max(...limits);
}
