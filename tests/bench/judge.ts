import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { judge } from '../../reporters/judge.ts';
import { parseEvidence } from '../../reporters/parse-evidence.ts';
import { renderers } from '../../reporters/renderers/index.ts';
import { manyChecks } from './many-checks.ts';

/**
 * What judging and rendering cost: evidence of many checks, from the file to the four reports. Reading the file is shown
 * and not part of the aim. Each round
 * is timed by itself, in CPU time, garbage collection on other threads included; memory is the highest resident size of this process, which holds nothing else.
 */
const { values } = parseArgs({
  options: { checks: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '5' } },
});
const [CHECKS, ROUNDS] = [Number(values.checks), Number(values.rounds)];
if (![CHECKS, ROUNDS].every((value) => Number.isInteger(value) && value > 0)) {
  throw new Error('--checks and --rounds: give whole numbers from 1');
}
const AIM = { seconds: 2, mebibytes: 300 };

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

interface Round {
  readonly total: number;
  readonly parts: Readonly<Record<string, number>>;
}

/** CPU time of this process: a machine that is busy with something else must not change the answer. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function round(text: string): Round {
  const parts: Record<string, number> = {};
  const timed = <T>(name: string, work: () => T): T => {
    const begin = cpuMs();
    const result = work();
    parts[name] = cpuMs() - begin;
    return result;
  };
  const evidence = timed('parse', () => parseEvidence(text, 'evidence.json'));
  const verdict = timed('judge', () => judge(evidence, '2026-11-20T10:04:05.000Z'));
  for (const name of ['json', 'html', 'junit', 'terminal'] as const) {
    timed(name, () => renderers[name](verdict));
  }
  const { parse: _read, ...counted } = parts;
  return { total: Object.values(counted).reduce((sum, part) => sum + part, 0), parts };
}

const text = JSON.stringify(manyChecks(CHECKS));
const rounds: Round[] = [];
for (let index = 0; index < ROUNDS; index += 1) {
  rounds.push(round(text));
  collectGarbage();
}
const seconds = rounds.map(({ total }) => total / 1000);
const mebibytes = process.resourceUsage().maxRSS / 1024;
console.log(`${CHECKS} checks (${(text.length / 2 ** 20).toFixed(1)} MiB of evidence), ${ROUNDS} rounds`);
console.log(
  `  CPU seconds by round  ${seconds.map((value) => value.toFixed(2)).join('  ')}   aim < ${AIM.seconds}`,
);
for (const name of Object.keys(rounds[0]?.parts ?? {})) {
  console.log(
    `    ${name.padEnd(16)} ${rounds.map(({ parts }) => (parts[name] ?? 0).toFixed(0).padStart(5)).join(' ')} ms`,
  );
}
console.log(`  peak memory, MiB   ${mebibytes.toFixed(0)}   aim < ${AIM.mebibytes}`);
// The first round compiles; it counts all the same, because a run judges once.
if (Math.max(...seconds) >= AIM.seconds || mebibytes >= AIM.mebibytes) process.exitCode = 1;
