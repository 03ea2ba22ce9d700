import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureAccuracy } from './accuracy.ts';
import { K6_VARIANTS, type K6Cost, k6Runs, type K6Variant } from './k6-runs.ts';
import { measureMerge } from './merge.ts';
import { type SteadyCost, steadyCost } from './steady-cost.ts';
import { type BenchTarget, startBenchTarget } from './target.ts';

/**
 * What load costs through Greenlight against the engine alone, and how right its percentiles are. Ratios are made
 * within one round: figures of different minutes of one machine differ by more than what is measured here.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    /** `costs`, `autocannon`, `slices`, `merge` or `accuracy`; all without it. */
    part: { type: 'string' },
  },
});
const ROUNDS = Number(values.rounds);
const SLICES = 70;
const MEASURE_MS = Number(values.seconds) * 1000;
if (!Number.isInteger(ROUNDS) || ROUNDS < 1)
  throw new Error(`--rounds ${values.rounds}: give a whole number from 1`);
if (!(MEASURE_MS >= 1000)) throw new Error(`--seconds ${values.seconds}: give a number from 1`);

const median = (list: readonly number[]): number => {
  const sorted = [...list].sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(half)] ?? NaN) + (sorted[Math.ceil(half)] ?? NaN)) / 2;
};
const span = (list: readonly number[], digits: number): string =>
  `${median(list).toFixed(digits)} (${Math.min(...list).toFixed(digits)} to ${Math.max(...list).toFixed(digits)})`;
const percent = (ratio: number): string => `${((ratio - 1) * 100).toFixed(1)} %`;

function line(name: string, costs: readonly SteadyCost[], alone: readonly SteadyCost[]): string {
  const cpu = costs.map(({ cpuUs }) => cpuUs);
  const ratios = cpu.map((one, round) => one / (alone[round]?.cpuUs ?? NaN));
  return [
    `  ${name.padEnd(38)}`,
    `${span(
      costs.map(({ perSecond }) => perSecond),
      0,
    )} requests/s`.padEnd(36),
    `${span(cpu, 1)} µs CPU a request`.padEnd(40),
    costs === alone
      ? ''
      : `overhead ${percent(median(ratios))} (${percent(Math.min(...ratios))} to ${percent(Math.max(...ratios))})`,
  ].join(' ');
}

async function autocannonCost(target: BenchTarget, how: 'ours' | 'alone'): Promise<SteadyCost> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      fileURLToPath(new URL('./autocannon-child.ts', import.meta.url)),
      how,
      target.url,
      String(Math.ceil(MEASURE_MS / 1000) + 3),
      '4',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const cost = await steadyCost(target, () => child.pid, MEASURE_MS);
  const code = await ended;
  if (code !== 0) throw new Error(`autocannon ended with ${code}`);
  return cost;
}

async function costs(): Promise<void> {
  const target = await startBenchTarget('fast');
  try {
    const k6 = await k6Runs(scratch, target, MEASURE_MS);
    const k6Costs: Record<K6Variant, K6Cost[]> = {
      hand: [],
      'no samples': [],
      'hand judged': [],
      flow: [],
      csv: [],
      json: [],
    };
    for (let round = 1; round <= ROUNDS; round += 1) {
      console.error(`round ${round} of ${ROUNDS}`);
      // What comes first in a round must not always be the same: a machine's speed drifts.
      const variants = round % 2 === 1 ? K6_VARIANTS : K6_VARIANTS.toReversed();
      for (const variant of variants) k6Costs[variant].push(await k6.run(variant));
    }
    k6.done();
    showK6(k6Costs);
  } finally {
    target.close();
  }
}

async function autocannonCosts(): Promise<void> {
  const target = await startBenchTarget('fast');
  try {
    const alone: SteadyCost[] = [];
    const ours: SteadyCost[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      console.error(`autocannon, round ${round} of ${ROUNDS}`);
      alone.push(await autocannonCost(target, 'alone'));
      ours.push(await autocannonCost(target, 'ours'));
    }
    console.log('autocannon, 4 connections at full speed');
    console.log(line('autocannon alone', alone, alone));
    console.log(`${line('autocannon through Greenlight', ours, alone)}   aim <= 25 %`);
  } finally {
    target.close();
  }
}

function showK6(k6Costs: Readonly<Record<K6Variant, readonly K6Cost[]>>): void {
  const ours = k6Costs['no samples'];
  console.log(`k6, 4 virtual users at full speed, ${ROUNDS} alternating rounds of ${MEASURE_MS / 1000} s`);
  console.log(line('k6 alone, minimal script', k6Costs.hand, k6Costs.hand));
  console.log(`${line('k6, script of Greenlight, summary', ours, k6Costs.hand)}   aim <= 5 %`);
  console.log(line('k6 alone, time-out, status looked at', k6Costs['hand judged'], k6Costs.hand));
  console.log(line('k6, a flow of one step and its status', k6Costs.flow, k6Costs.hand));
  console.log('how samples leave k6, added to the script of Greenlight:');
  for (const variant of ['csv', 'json'] as const) {
    const added = k6Costs[variant].map(({ cpuUs }, round) => cpuUs - (ours[round]?.cpuUs ?? NaN));
    const reader = k6Costs[variant].map(({ readerUs }) => readerUs);
    const read = variant === 'csv' ? `and ${span(reader, 1)} µs to read them` : '(not read by us)';
    console.log(`  ${variant.padEnd(34)} ${`+ ${span(added, 1)} µs a request in k6`.padEnd(40)} ${read}`);
  }
}

/** The figure that the aim is about, without the drift of the machine. */
async function slices(): Promise<void> {
  const target = await startBenchTarget('fast');
  try {
    const k6 = await k6Runs(scratch, target, MEASURE_MS);
    const { aloneUs, oursUs, median: middle, low, high } = await k6.slices(SLICES);
    k6.done();
    console.log(
      `k6, minimal script and Greenlight's at once (its k6 with GOGC=${process.env['GOGC'] ?? '200'}, as \`greenlight run\` starts it), each let run in turn, ${SLICES} times: ` +
        `${aloneUs.toFixed(1)} and ${oursUs.toFixed(1)} µs CPU a request, overhead ${percent(oursUs / aloneUs)} in all, ` +
        `median ${percent(middle)} (95 %: ${percent(low)} to ${percent(high)})   aim <= 5 %`,
    );
  } finally {
    target.close();
  }
}

const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  costs,
  autocannon: autocannonCosts,
  slices,
  merge: async () => measureMerge(),
  accuracy: () => measureAccuracy(scratch),
};
const scratch = mkdtempSync(path.join(tmpdir(), 'greenlight-bench-load-'));
try {
  for (const [name, measure] of Object.entries(PARTS)) {
    if (values.part === undefined || values.part === name) await measure();
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
