import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findK6, K6_ENV } from '../../../load/engines/k6/find.ts';
import { k6Engine } from '../../../load/engines/k6.ts';
import { benchOrder } from './engine-order.ts';
import { oneStep } from './flow-plan.ts';
import { SETTLE_MS, SLICE_MS, type Slices, takeTurns } from './k6-slices.ts';
import { type SteadyCost, steadyCost } from './steady-cost.ts';
import type { BenchTarget } from './target.ts';

/**
 * `hand`: a minimal script of its own; `hand judged`: the same, with what ours does, a time-out, redirects not followed
 * and a look at the status; all others: the script of Greenlight, and how its samples leave.
 */
export const K6_VARIANTS = ['hand', 'no samples', 'hand judged', 'flow', 'csv', 'json'] as const;
export type K6Variant = (typeof K6_VARIANTS)[number];

export interface K6Cost extends SteadyCost {
  /** Microseconds of our own process per request: reading the samples. */
  readonly readerUs: number;
}

const VUS = 4;

interface Sliced {
  readonly pid: number;
  readonly ended: Promise<unknown>;
}

/** Runs k6 so that its process can be watched, and so that the way its samples leave can be exchanged. */
export async function k6Runs(
  scratch: string,
  target: BenchTarget,
  measureMs: number,
): Promise<{
  run(variant: K6Variant): Promise<K6Cost>;
  /** The minimal script and ours at the same time, each let run in turn. */
  slices(cycles: number): Promise<Slices>;
  done(): void;
}> {
  const found = await findK6();
  if (!found.available || found.path === undefined)
    throw new Error(found.available ? 'k6 has no path' : `${found.reason}; ${found.remedy}`);
  const pidFile = path.join(scratch, 'k6.pid');
  const program = path.join(scratch, 'k6');
  writeFileSync(
    program,
    `#!/bin/bash
args=()
if [ "$1" = run ]; then
  echo $$ > ${pidFile}
  while [ $# -gt 0 ]; do
    if [ "$1" = --out ]; then
      shift
      [ "$BENCH_OUT" = none ] || args+=(--out "$BENCH_OUT")
    else args+=("$1"); fi
    shift
  done
else args=("$@"); fi
exec ${found.path} "\${args[@]}"
`,
  );
  chmodSync(program, 0o755);
  process.env[K6_ENV] = program;
  const durationS = Math.ceil(measureMs / 1000) + 4;
  const hand = (name: string, body: string, lastsS = durationS): string => {
    const file = path.join(scratch, `${name}.js`);
    writeFileSync(
      file,
      `import http from 'k6/http';
import { Counter } from 'k6/metrics';
export const options = { vus: ${VUS}, duration: '${lastsS}s' };
const errors = new Counter('answers_that_do_not_hold');
export default function () { ${body} }
`,
    );
    return file;
  };
  const handScripts = {
    hand: hand('hand', `http.get('${target.url}/');`),
    'hand judged': hand(
      'hand-judged',
      `const { status } = http.get('${target.url}/', { timeout: 10000, redirects: 0 });
if (status < 200 || status > 299) errors.add(1);`,
    ),
  };
  const pid = (): number | undefined =>
    existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : undefined;

  const run = async (variant: K6Variant): Promise<K6Cost> => {
    rmSync(pidFile, { force: true });
    const own = process.cpuUsage();
    const from = await target.count();
    const finished =
      variant === 'hand' || variant === 'hand judged'
        ? runHand(program, handScripts[variant])
        : runOurs(variant);
    const cost = await steadyCost(target, pid, measureMs);
    await finished;
    const used = process.cpuUsage(own);
    const requests = (await target.count()) - from;
    return { ...cost, readerUs: (used.user + used.system) / requests };
  };

  const slices = async (cycles: number): Promise<Slices> => {
    const lastsS = Math.ceil((cycles * 2 * (SETTLE_MS + SLICE_MS)) / 1000) + 60;
    const stop = new AbortController();
    const started = async (begin: () => Promise<unknown>): Promise<Sliced> => {
      rmSync(pidFile, { force: true });
      const before = await target.count();
      const ended = begin();
      while ((await target.count()) < before + 1000) await pause(50);
      const known = pid();
      if (known === undefined) throw new Error('k6 is not there');
      process.kill(known, 'SIGSTOP');
      return { pid: known, ended };
    };
    const long = hand('hand-long', `http.get('${target.url}/');`, lastsS);
    const alone = await started(() => runHand(program, long));
    const ours = await started(() => {
      process.env['BENCH_OUT'] = 'none';
      const order = benchOrder(target.url, scratch, { connections: VUS, durationS: lastsS });
      return k6Engine.run({ ...order, signal: stop.signal });
    });
    try {
      return await takeTurns(target, alone.pid, ours.pid, cycles);
    } finally {
      for (const { pid: stopped } of [alone, ours]) process.kill(stopped, 'SIGCONT');
      stop.abort();
      process.kill(alone.pid, 'SIGKILL');
      await Promise.allSettled([alone.ended, ours.ended]);
    }
  };

  return {
    run,
    slices,
    done: () => {
      delete process.env[K6_ENV];
      delete process.env['BENCH_OUT'];
    },
  };

  async function runOurs(variant: Exclude<K6Variant, keyof typeof handScripts>): Promise<void> {
    process.env['BENCH_OUT'] = { 'no samples': 'none', flow: 'none', csv: 'csv=-', json: 'json=-' }[variant];
    const plan =
      variant === 'flow'
        ? { flow: oneStep, file: fileURLToPath(new URL('./flow-plan.ts', import.meta.url)) }
        : undefined;
    await k6Engine.run(benchOrder(target.url, scratch, { connections: VUS, durationS }, plan));
  }
}

async function runHand(program: string, script: string): Promise<void> {
  const env = { ...process.env, BENCH_OUT: 'none' };
  const child = spawn(program, ['run', '--quiet', '--no-usage-report', script], { env, stdio: 'ignore' });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`k6 ended with ${code}`);
}
