import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadResult } from '../../contract/load/load-result.ts';
import type { LoadEngine, LoadOrder } from '../../contract/ports/load-engine.ts';
import type { Segment } from '../../contract/evidence/shard.ts';
import { firstOrigins } from './first-origins.ts';
import { bundleForK6 } from './k6/bundle.ts';
import { k6Ending } from './k6/exit-codes.ts';
import { findK6 } from './k6/find.ts';
import { runGuarded, wholeMachinePercent, type ProgramEnd } from './k6/guarded-process.ts';
import { orderForK6 } from './k6/order.ts';
import { frameOf, K6Reading } from './k6/reading.ts';
import type { K6Order } from './k6/modules.ts';
import { ORDER_ENV } from './k6/runtime.ts';
import type { LoadRecorder } from './load-recorder.ts';
import { unreachableBecause } from './reachability.ts';

/** Time for k6 to start and to write its summary, in milliseconds. */
const SLACK_MS = 60_000;
/** Each virtual user evaluates the bundle with its schemas; seen: 25 ms on an idle machine. */
const MOST_PER_VU_MS = 250;

/** k6 2 as a process: the engine for arrival rates and for scale. All judging is ours; k6 is given no thresholds. */
export const k6Engine: LoadEngine = { name: 'k6', availability: () => findK6(), run: runK6 };

async function runK6(order: LoadOrder): Promise<LoadResult> {
  const { profile } = order;
  const found = await findK6();
  if (!found.available || found.path === undefined) {
    throw new Error(found.available ? 'k6 has no path' : `${found.reason}; ${found.remedy}`);
  }
  const run = { version: found.version, segment: order.segment, startedAt: Date.now() };
  const k6Order = orderForK6(order, order.segment?.of ?? 1, (nonce) =>
    join(order.scratch, `k6-summary-${nonce}.json`),
  );
  const reading = new K6Reading(k6Order, undefined, order.withoutConnecting);
  for (const url of firstOrigins(order)) {
    const unreachable = await unreachableBecause(url, Math.min(profile.timeoutMs, 5000));
    if (unreachable === undefined) continue;
    const generator = { lagP99Ms: null, cpuPercent: null, saturated: false };
    const nothing = { durationMs: 0, achievedRate: 0, dropped: 0, generator, unreachable, faults: [] };
    return { ...frameOf(profile, run), ...reading.recorder.result(0), ...nothing };
  }

  // While the target was tried, the test may have ended.
  if (order.signal.aborted) throw new Error('the run was interrupted before k6 was started');
  const end = await execute(found.path, order, k6Order, (text) => reading.push(text), reading.recorder);
  const ending = k6Ending(end.code, end.signal);
  if (!ending.finished)
    reading.faults.add([ending.meaning, lastWords(end.errors)].filter(Boolean).join(': '));
  if (order.signal.aborted) reading.faults.add('the run was interrupted');
  const from = reading.windowStart;
  const use =
    from === undefined ? null : (end.processors?.between(from, from + k6Order.durationS * 1000) ?? null);
  const generator = {
    lagP99Ms: null,
    cpuPercent: use?.cpuPercent ?? null,
    waitMs: use?.waitMs ?? null,
    queuedPercent: use?.queuedPercent ?? null,
    saturated: use !== null && use.cpuPercent > 0.9 * wholeMachinePercent(),
  };
  return reading.result({ ...run, generator }, await summaryOf(k6Order));
}

async function summaryOf({ summaryFile }: K6Order): Promise<string | Error> {
  return readFile(summaryFile, 'utf8').catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
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

/**
 * Every `K6_*` variable of the caller is an option that would override ours, so none of them gets through. Nor does a
 * proxy: it would be measured instead of the target, and its answers taken for the target's.
 */
function environment(order: K6Order): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^K6_|^(https?|all|no)_proxy$/i.test(name));
  return {
    // Half of the collections for half as much memory again; what the user set stays.
    GOGC: '200',
    ...Object.fromEntries(kept),
    K6_NO_USAGE_REPORT: 'true',
    K6_AUTO_EXTENSION_RESOLUTION: 'false',
    K6_CSV_TIME_FORMAT: 'unix_milli',
    K6_CSV_SAVE_INTERVAL: '500ms',
    [ORDER_ENV]: JSON.stringify(order),
  };
}

function lastWords(errors: string): string {
  return errors.trim().split('\n').slice(-8).join(' | ').slice(-1000);
}
