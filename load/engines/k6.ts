import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { LoadProfile } from '../../contract/load-profile.ts';
import type { LoadResult } from '../../contract/load-result.ts';
import type { LoadEngine, LoadOrder } from '../../contract/ports/load-engine.ts';
import type { Segment } from '../../contract/shard.ts';
import { Faults } from './faults.ts';
import { firstOrigins } from './first-origins.ts';
import { bundleForK6 } from './k6/bundle.ts';
import { k6Ending } from './k6/exit-codes.ts';
import { findK6 } from './k6/find.ts';
import { runGuarded, wholeMachinePercent, type ProgramEnd } from './k6/guarded-process.ts';
import { ORDER_ENV, type K6Order } from './k6/runtime.ts';
import { K6Samples, type SampleTotals } from './k6/samples.ts';
import { LoadRecorder } from './load-recorder.ts';
import { orderFlows } from './order-flows.ts';
import { unreachableBecause } from './reachability.ts';

const Summary = z.object({
  nonce: z.string(),
  durationMs: z.number(),
  httpRequests: z.number(),
  iterations: z.number(),
  faults: z.number(),
});

/** Time for k6 to start and to write its summary, in milliseconds. */
const SLACK_MS = 60_000;
/** Each virtual user evaluates the bundle with its schemas; seen: 25 ms on an idle machine. */
const MOST_PER_VU_MS = 250;
const MOST_VUS = 1000;
/** How slow a target without latency limits is expected to be at most, for the number of virtual users. */
const DEFAULT_LIMIT_MS = 250;

/** k6 2 as a process: the engine for arrival rates and for scale. All judging is ours; k6 is given no thresholds. */
export const k6Engine: LoadEngine = { name: 'k6', availability: () => findK6(), run: runK6 };

async function runK6(order: LoadOrder): Promise<LoadResult> {
  const { profile } = order;
  const found = await findK6();
  if (!found.available || found.path === undefined) {
    throw new Error(found.available ? 'k6 has no path' : `${found.reason}; ${found.remedy}`);
  }
  const started = Date.now();
  const base = {
    engine: { name: 'k6', version: found.version },
    model: profile.rate === undefined ? 'closed' : 'open',
    startedAt: new Date(started).toISOString(),
    warmupMs: profile.warmupS * 1000,
    connections: Math.max(1, shareOf(profile.connections, order.segment)),
    targetRate: profile.rate === undefined ? null : profile.rate / (order.segment?.of ?? 1),
  } as const;
  const recorder = new LoadRecorder();
  const faults = new Faults();
  for (const url of firstOrigins(order)) {
    const unreachable = await unreachableBecause(url, Math.min(profile.timeoutMs, 5000));
    if (unreachable === undefined) continue;
    const generator = { lagP99Ms: null, cpuPercent: null, saturated: false };
    const nothing = { durationMs: 0, achievedRate: 0, dropped: 0, generator, unreachable, faults: [] };
    return { ...base, ...recorder.result(0), ...nothing };
  }

  const k6Order = orderForK6(order);
  const samples = new K6Samples(recorder, faults, profile.timeoutMs);
  const end = await execute(found.path, order, k6Order, (text) => samples.push(text), recorder);
  samples.end();
  const ending = k6Ending(end.code, end.signal);
  if (!ending.finished) faults.add([ending.meaning, lastWords(end.errors)].filter(Boolean).join(': '));
  if (order.signal.aborted) faults.add('the run was interrupted');
  await checkSummary(k6Order, samples.totals, faults);

  const durationMs = k6Order.durationS * 1000;
  const recorded = recorder.result(durationMs);
  // An arrival is an iteration; in the closed model the rate is what requests came to.
  const finished = profile.rate === undefined ? recorded.requests : samples.totals.iterations;
  return {
    ...base,
    ...recorded,
    // The start of k6 itself takes seconds; where shares stand to each other is told by when their requests were made.
    startedAt: new Date(samples.windowStart ?? started).toISOString(),
    warmupMs: k6Order.warmupS * 1000,
    durationMs,
    achievedRate: finished / k6Order.durationS,
    dropped: samples.totals.dropped,
    generator: {
      lagP99Ms: null,
      cpuPercent: end.cpuPercent,
      saturated: end.cpuPercent !== null && end.cpuPercent > 0.9 * wholeMachinePercent(),
    },
    faults: faults.list(),
  };
}

async function execute(
  program: string,
  order: LoadOrder,
  k6Order: K6Order,
  onOutput: (text: string) => void,
  recorder: LoadRecorder,
): Promise<ProgramEnd> {
  const { scratch, progress } = order;
  const script = await bundleForK6(order.flow === undefined ? undefined : order.planFile, scratch);
  // k6 would otherwise read options from a file in the user's home.
  const config = join(scratch, 'k6-config.json');
  await writeFile(config, '{}');
  const begin = performance.now();
  const timer = setInterval(() => {
    const p95 = recorder.p95;
    const since = (performance.now() - begin) / 1000;
    const parts = [`${since.toFixed(0)} s`, `${recorder.requests} requests`, `${recorder.failed} failed`];
    progress([...parts, ...(p95 === undefined ? [] : [`p95 ${p95.toFixed(1)} ms`])].join(', '));
  }, 1000);
  try {
    return await runGuarded({
      program,
      args: [
        'run',
        ...['--config', config],
        ...segmentArguments(order.segment),
        ...['--out', 'csv=-'],
        '--quiet',
        '--no-color',
        '--no-usage-report',
        ...['--log-format', 'raw'],
        script,
      ],
      env: environment(k6Order),
      cwd: scratch,
      onOutput,
      signal: order.signal,
      hardEndMs:
        (k6Order.warmupS + k6Order.durationS + k6Order.drainS * 2) * 1000 +
        k6Order.preAllocatedVUs * MOST_PER_VU_MS +
        SLACK_MS,
    });
  } finally {
    clearInterval(timer);
  }
}

/** k6 deals arrivals and virtual users out by itself, so that all shares together are the whole. */
export function segmentArguments(segment: Segment | undefined): readonly string[] {
  if (segment === undefined) return [];
  const { index, of } = segment;
  const at = (share: number): string => (share === 0 ? '0' : share === of ? '1' : `${share}/${of}`);
  const sequence = Array.from({ length: of + 1 }, (_, share) => at(share)).join(',');
  return [`--execution-segment=${at(index - 1)}:${at(index)}`, `--execution-segment-sequence=${sequence}`];
}

/** Every `K6_*` variable of the caller is an option that would override ours, so none of them gets through. */
function environment(order: K6Order): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^K6_/i.test(name));
  return {
    ...Object.fromEntries(kept),
    K6_NO_USAGE_REPORT: 'true',
    K6_AUTO_EXTENSION_RESOLUTION: 'false',
    K6_CSV_TIME_FORMAT: 'unix_milli',
    K6_CSV_SAVE_INTERVAL: '500ms',
    [ORDER_ENV]: JSON.stringify(order),
  };
}

function orderForK6(order: LoadOrder): K6Order {
  const { profile, urls, run, scratch } = order;
  const nonce = randomBytes(8).toString('hex');
  const steps = Math.max(...orderFlows(profile, order.flow).map((flow) => flow.steps.length), 1);
  // Little's law: as many users as arrivals are under way while the target keeps its limits. New ones are made one at
  // a time while load is running, so these must be there before; a target that needs more is breaking its limits.
  const shares = order.segment?.of ?? 1;
  const arrivalsUnderWay = (latencyMs: number): number =>
    Math.min(MOST_VUS, Math.ceil(((profile.rate ?? 0) * steps * latencyMs) / 1000));
  const needed = Math.max(profile.connections, arrivalsUnderWay(greatestLimitMs(profile) * 1.2) + 1);
  // Each share gets an equal part of them, and a share without any makes no load.
  const preAllocatedVUs = Math.ceil(needed / shares) * shares;
  return {
    profile,
    urls,
    run,
    nonce,
    summaryFile: join(scratch, `k6-summary-${nonce}.json`),
    warmupS: profile.warmupS === 0 ? 0 : Math.max(1, profile.warmupS),
    durationS: Math.max(1, profile.durationS),
    preAllocatedVUs,
    maxVUs: Math.max(preAllocatedVUs, arrivalsUnderWay(profile.timeoutMs)),
    drainS: Math.ceil((profile.timeoutMs * steps) / 1000) + 1,
  };
}

/** A share of something that cannot be halved; all shares together are the whole. */
function shareOf(whole: number, segment: Segment | undefined): number {
  if (segment === undefined) return whole;
  const upTo = (share: number): number => Math.floor((whole * share) / segment.of);
  return upTo(segment.index) - upTo(segment.index - 1);
}

function greatestLimitMs({ thresholds }: LoadProfile): number {
  const limits = [thresholds.p50Ms, thresholds.p95Ms, thresholds.p99Ms].filter(
    (limit) => limit !== undefined,
  );
  return limits.length === 0 ? DEFAULT_LIMIT_MS : Math.max(...limits);
}

/** Exit code 0 alone proves nothing: without this run's own summary, or with samples missing, the result is faulty. */
async function checkSummary(order: K6Order, totals: SampleTotals, faults: Faults): Promise<void> {
  let raw: unknown;
  try {
    raw = JSON.parse(await readFile(order.summaryFile, 'utf8'));
  } catch (error) {
    faults.add(`k6 left no summary: ${String(error)}`);
    return;
  }
  const summary = Summary.safeParse(raw);
  if (!summary.success || summary.data.nonce !== order.nonce) {
    faults.add("the summary of k6 is not this run's");
    return;
  }
  if (summary.data.httpRequests !== totals.requests) {
    faults.add(`k6 made ${summary.data.httpRequests} requests, but ${totals.requests} samples arrived`);
  }
  if (summary.data.faults !== totals.faults) faults.add('the samples of k6 are not complete');
  if (summary.data.iterations === 0) faults.add('no iteration of k6 came to its end');
}

function lastWords(errors: string): string {
  return errors.trim().split('\n').slice(-8).join(' | ').slice(-1000);
}
