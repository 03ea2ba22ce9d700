import { availableParallelism } from 'node:os';
import type { LoadResult } from '../../../contract/load/load-result.ts';
import type { LoadOrder } from '../../../contract/ports/load-engine.ts';
import { mergeResults } from '../../merge-results.ts';
import { notTogetherPercent } from '../../simultaneous-shares.ts';
import { headOf, SLACK_MS, type LoadSoFar } from '../autocannon-run.ts';
import { LoadRecorder } from '../load-recorder.ts';
import { wholeShare } from '../whole-share.ts';
import { type LoadProcess, startLoadProcess } from './load-process.ts';
import { stepsOf } from './steps-of.ts';

/** For starting Node and reading the plan, all at once on a busy machine. */
const READY_WITHIN_MS = 30_000;
/** After the longest that a request may take. */
const END_WITHIN_MS = 10_000;
const PATIENCE_MS = 3000;

const INTERRUPTED = 'the run was interrupted';

export interface ProcessesOrder extends Omit<LoadOrder, 'progress'> {
  readonly origin: string;
  readonly tell: (soFar: LoadSoFar) => void;
}

/**
 * Makes one load with several processes at once, each with an event loop, a recorder and a health of its own, and
 * merges what they measured. One that dies, hangs or says nothing is a fault of the whole: the target saw less load than
 * was ordered.
 */
export async function runInProcesses(order: ProcessesOrder): Promise<LoadResult> {
  const { profile, signal } = order;
  const crew = shares(order).map(startLoadProcess);
  const kill = (because: string): void => crew.forEach((one) => one.kill(because));
  const interrupt = (): void => {
    crew.forEach((one) => one.send('stop'));
    timers.push(setTimeout(() => kill(INTERRUPTED), PATIENCE_MS));
  };
  const timers = [
    setInterval(() => tellAll(crew, order.tell), 1000),
    setTimeout(() => kill(`was not ready after ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS),
  ];
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  for (const one of crew) {
    void one.ended.then((end) => {
      if (typeof end === 'string') kill('was ended, because another one had no result');
    });
  }
  try {
    // All of them before any: the first must not make its share of the load alone.
    const ready = await Promise.all(crew.map((one) => one.ready));
    clearTimeout(timers[1]);
    if (ready.every(Boolean)) {
      const longestMs = (profile.warmupS + profile.durationS) * 1000 + profile.timeoutMs + SLACK_MS;
      timers.push(setTimeout(() => kill('did not end in time'), longestMs + END_WITHIN_MS));
      crew.forEach((one) => one.send('go'));
    }
    return together(order, await Promise.all(crew.map((one) => one.ended)));
  } finally {
    timers.forEach((timer) => clearTimeout(timer));
    signal.removeEventListener('abort', interrupt);
  }
}

/** The connections, dealt out. Virtual users keep the numbers that they would have in one process. */
function shares({
  profile,
  flow,
  urls,
  headers,
  run,
  origin,
  planFile,
}: ProcessesOrder): Parameters<typeof startLoadProcess>[0][] {
  const of = profile.processes;
  let usersBefore = 0;
  return Array.from({ length: of }, (_, index) => {
    const connections = wholeShare(profile.connections, { index: index + 1, of });
    const before = usersBefore;
    usersBefore += connections;
    return {
      profile: { ...profile, connections, processes: 1 },
      urls,
      headers,
      run,
      origin,
      usersBefore: before,
      planFile: flow === undefined ? undefined : planFile,
      steps: stepsOf(flow),
    };
  });
}

function together({ profile, signal }: ProcessesOrder, ends: readonly (LoadResult | string)[]): LoadResult {
  const of = ends.length;
  const results = ends.filter((end) => typeof end !== 'string');
  const missing = ends.flatMap((end, index) =>
    typeof end === 'string' ? [`process ${index + 1} of ${of}: ${end}`] : [],
  );
  const apart = missing.length === 0 ? notTogetherPercent(results) : undefined;
  const faults = [
    ...(signal.aborted ? [INTERRUPTED] : missing),
    ...(apart === undefined || signal.aborted
      ? []
      : [`the ${of} processes made load at the same time for only ${apart} % of it`]),
  ];
  const merged = results.length === 0 ? nothing() : mergeResults(results, 'at-once');
  return {
    ...headOf(profile),
    ...merged,
    connections: profile.connections,
    generator: { ...merged.generator, processes: of, cores: availableParallelism() },
    faults: [...new Set([...faults, ...merged.faults])],
  };
}

function nothing(): Omit<LoadResult, keyof ReturnType<typeof headOf>> {
  return {
    startedAt: new Date().toISOString(),
    ...new LoadRecorder().result(0),
    durationMs: 0,
    achievedRate: 0,
    generator: { lagP99Ms: null, cpuPercent: null, saturated: true },
    faults: [],
  };
}

/** Counts add up; percentiles do not, but that of all together is no greater than the greatest. */
function tellAll(crew: readonly LoadProcess[], tell: (soFar: LoadSoFar) => void): void {
  const told = crew.map((one) => one.soFar()).filter((one) => one !== undefined);
  if (told.length < crew.length) return;
  const known = told.map(({ p95 }) => p95).filter((p95) => p95 !== undefined);
  tell({
    sinceMs: Math.min(...told.map(({ sinceMs }) => sinceMs)),
    requests: told.reduce((sum, { requests }) => sum + requests, 0),
    failed: told.reduce((sum, { failed }) => sum + failed, 0),
    p95: known.length === 0 ? undefined : Math.max(...known),
  });
}
