import { parseArgs } from 'node:util';
import build from '../built.ts';
import { killRuns } from './killed-runs.ts';

/** `npm run chaos:verdict -- --runs 200 --seed 1`: kills runs at random moments; none of them may answer GO. */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '2' },
  },
});
const [runs, seed, lanes] = [values.runs, values.seed, values.lanes].map(Number) as [number, number, number];
if (![runs, lanes].every((value) => Number.isInteger(value) && value > 0) || !Number.isInteger(seed)) {
  throw new Error('--runs and --lanes: whole numbers from 1; --seed: a whole number');
}

build();
const begin = Date.now();
const end = await killRuns({ runs, seed, lanes, onRun: (line) => console.error(line) });
console.log(`${runs} runs, seed ${seed}, ${((Date.now() - begin) / 1000).toFixed(0)} s`);
console.log(`  killed                        ${end.killed}`);
console.log(`    cleaned up, exit code 130   ${end.ends.interrupted}`);
console.log(`    died on the spot            ${end.ends.dead}`);
console.log(
  `    before their first statement ${end.ends['never-began']}  (they touched nothing; the nonce tells)`,
);
console.log(`  had ended before the kill     ${end.finished}, of which GO ${end.goOfFinished}`);
console.log(`  GO of a killed run            ${end.goOfKilled}`);
console.log(`  violations                    ${end.violations.length}`);
for (const text of end.violations) console.log(`    ${text}`);
process.exitCode = end.violations.length > 0 || end.goOfKilled > 0 ? 1 : 0;
