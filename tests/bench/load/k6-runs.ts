import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findK6, K6_ENV } from '../../../load/engines/k6/find.ts';
import { k6Engine } from '../../../load/engines/k6.ts';
import { benchOrder } from './engine-order.ts';
import { type SteadyCost, steadyCost } from './steady-cost.ts';
import type { BenchTarget } from './target.ts';

/** `hand`: a minimal script of its own; all others: the script of Greenlight, and how its samples leave. */
export const K6_VARIANTS = ['hand', 'no samples', 'csv', 'json'] as const;
export type K6Variant = (typeof K6_VARIANTS)[number];

export interface K6Cost extends SteadyCost {
  /** Microseconds of our own process per request: reading the samples. */
  readonly readerUs: number;
}

const VUS = 4;

/** Runs k6 so that its process can be watched, and so that the way its samples leave can be exchanged. */
export async function k6Runs(
  scratch: string,
  target: BenchTarget,
  measureMs: number,
): Promise<{ run(variant: K6Variant): Promise<K6Cost>; done(): void }> {
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
  const hand = path.join(scratch, 'hand.js');
  writeFileSync(
    hand,
    `import http from 'k6/http';
export const options = { vus: ${VUS}, duration: '${durationS}s' };
export default function () { http.get('${target.url}/'); }
`,
  );
  const pid = (): number | undefined =>
    existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : undefined;

  const run = async (variant: K6Variant): Promise<K6Cost> => {
    rmSync(pidFile, { force: true });
    const own = process.cpuUsage();
    const from = await target.count();
    const finished = variant === 'hand' ? runHand(program, hand) : runOurs(variant);
    const cost = await steadyCost(target, pid, measureMs);
    await finished;
    const used = process.cpuUsage(own);
    const requests = (await target.count()) - from;
    return { ...cost, readerUs: (used.user + used.system) / requests };
  };

  return {
    run,
    done: () => {
      delete process.env[K6_ENV];
      delete process.env['BENCH_OUT'];
    },
  };

  async function runOurs(variant: Exclude<K6Variant, 'hand'>): Promise<void> {
    process.env['BENCH_OUT'] = { 'no samples': 'none', csv: 'csv=-', json: 'json=-' }[variant];
    await k6Engine.run(benchOrder(target.url, scratch, { connections: VUS, durationS }));
  }
}

async function runHand(program: string, script: string): Promise<void> {
  const env = { ...process.env, BENCH_OUT: 'none' };
  const child = spawn(program, ['run', '--quiet', '--no-usage-report', script], { env, stdio: 'ignore' });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`k6 ended with ${code}`);
}
