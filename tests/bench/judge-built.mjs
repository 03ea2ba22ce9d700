// Started by judge.ts as one file of plain JavaScript, as users have it: a transpiler in the same process would be a good
// part of its memory. node judge-built.mjs <evidence file> <rounds>
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { judge } from '../../reporters/judge.ts';
import { parseEvidence } from '../../reporters/parse-evidence.ts';
import { renderers } from '../../reporters/renderers/index.ts';

const [file, rounds] = process.argv.slice(2);
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** CPU time of this process: a machine that is busy with something else must not change the answer. */
function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function round(text) {
  const parts = {};
  const timed = (name, work) => {
    const begin = cpuMs();
    const result = work();
    parts[name] = cpuMs() - begin;
    return result;
  };
  const evidence = timed('parse', () => parseEvidence(text, 'evidence.json'));
  const verdict = timed('judge', () => judge(evidence, '2026-11-20T10:04:05.000Z'));
  for (const name of ['json', 'html', 'junit', 'terminal']) timed(name, () => renderers[name](verdict));
  return parts;
}

const text = readFileSync(file, 'utf8');
const measured = [];
for (let index = 0; index < Number(rounds); index += 1) {
  measured.push(round(text));
  collectGarbage();
}
console.log(JSON.stringify({ rounds: measured, peakMiB: process.resourceUsage().maxRSS / 1024 }));
