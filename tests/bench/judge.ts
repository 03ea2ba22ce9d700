import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { z } from 'zod';
import { manyChecks } from './many-checks.ts';

/**
 * What judging and rendering cost: evidence of many checks, from the file to the four reports. Reading the file is shown
 * and not part of the aim. Each round is timed by itself, in CPU time, garbage collection on other threads included;
 * memory is the highest resident size of a process of the built package that does nothing else.
 */
const { values } = parseArgs({
  options: { checks: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '5' } },
});
const [CHECKS, ROUNDS] = [Number(values.checks), Number(values.rounds)];
if (![CHECKS, ROUNDS].every((value) => Number.isInteger(value) && value > 0)) {
  throw new Error('--checks and --rounds: give whole numbers from 1');
}
const AIM = { seconds: 2, mebibytes: 300 };

const Measured = z.object({
  rounds: z.array(z.record(z.string(), z.number())).min(1),
  peakMiB: z.number().positive(),
});

const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-bench-judge-'));
try {
  const judging = path.join(directory, 'judge-built.mjs');
  await build({
    entryPoints: [path.join(import.meta.dirname, 'judge-built.mjs')],
    outfile: judging,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
  const file = path.join(directory, 'evidence.json');
  const text = JSON.stringify(manyChecks(CHECKS));
  writeFileSync(file, text);
  const built = [judging, file, String(ROUNDS)];
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { rounds, peakMiB } = Measured.parse(
    JSON.parse(execFileSync(process.execPath, built, { encoding: 'utf8', env })),
  );
  const seconds = rounds.map(
    ({ parse: _read, ...counted }) => Object.values(counted).reduce((sum, part) => sum + part, 0) / 1000,
  );
  console.log(`${CHECKS} checks (${(text.length / 2 ** 20).toFixed(1)} MiB of evidence), ${ROUNDS} rounds`);
  console.log(
    `  CPU seconds by round  ${seconds.map((value) => value.toFixed(2)).join('  ')}   aim < ${AIM.seconds}`,
  );
  for (const name of Object.keys(rounds[0] ?? {})) {
    console.log(
      `    ${name.padEnd(16)} ${rounds.map((parts) => (parts[name] ?? 0).toFixed(0).padStart(5)).join(' ')} ms`,
    );
  }
  console.log(`  peak memory, MiB   ${peakMiB.toFixed(0)}   aim < ${AIM.mebibytes}`);
  // The first round compiles; it counts all the same, because a run judges once.
  if (Math.max(...seconds) >= AIM.seconds || peakMiB >= AIM.mebibytes) process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
