import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { provideParts } from './provide-parts.ts';
import { statedReason } from './stated-skips.ts';

/**
 * The one test command: provides the parts that the tests need, names those that are missing, runs everything and ends
 * with `N passed, N failed`. Arguments are passed to vitest: `npm test -- tests/unit/contract`.
 */

const ROOT = path.resolve(import.meta.dirname, '..');
const VITEST = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');

/** How many of the slowest files are shown: where a suite that takes too long is worth a look. */
const SLOWEST = 10;

/** How much of a failure is repeated at the end, where a log that keeps only its last lines still has it. */
const MESSAGE_CHARACTERS = 600;

const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      startTime: z.number(),
      endTime: z.number(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

/** A test that did not run. */
interface Skipped {
  readonly file: string;
  readonly name: string;
}

interface GroupEnd {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly string[];
  readonly skipped: readonly Skipped[];
  readonly files: readonly { readonly file: string; readonly seconds: number }[];
  /** What went wrong besides failed tests. */
  readonly problems: readonly string[];
}

function runGroup(name: string, filters: readonly string[]): GroupEnd {
  const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-tests-'));
  const file = path.join(directory, 'report.json');
  try {
    const args = ['run', '--project', name, '--passWithNoTests', '--reporter=default', '--reporter=json'];
    const { status, signal } = spawnSync(
      process.execPath,
      [VITEST, ...args, `--outputFile.json=${file}`, ...filters],
      { cwd: ROOT, stdio: 'inherit' },
    );
    if (!existsSync(file)) {
      return {
        passed: 0,
        failed: 0,
        failures: [],
        skipped: [],
        files: [],
        problems: [`vitest left no report (${signal ?? status})`],
      };
    }
    const report = Report.parse(JSON.parse(readFileSync(file, 'utf8')));
    const broken = report.testResults.filter(
      (suite) =>
        suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed'),
    );
    const problems = broken.map((suite) => `${path.relative(ROOT, suite.name)} could not be run`);
    if (status !== 0 && report.numFailedTests === 0 && problems.length === 0) {
      problems.push(`vitest ended with ${signal ?? status}`);
    }
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      failures: report.testResults.flatMap((suite) =>
        suite.assertionResults
          .filter((test) => test.status === 'failed')
          .map(
            (test) =>
              `${path.relative(ROOT, suite.name)}: ${test.fullName}: ${(test.failureMessages?.[0] ?? 'no message').slice(0, MESSAGE_CHARACTERS)}`,
          ),
      ),
      skipped: report.testResults.flatMap((suite) =>
        suite.assertionResults
          .filter((test) => test.status !== 'passed' && test.status !== 'failed')
          .map((test) => ({ file: path.relative(ROOT, suite.name), name: test.fullName })),
      ),
      files: report.testResults.map(({ name: file, startTime, endTime }) => ({
        file: path.relative(ROOT, file),
        seconds: (endTime - startTime) / 1000,
      })),
      problems,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

await provideParts((line) => console.log(line));
const filters = process.argv.slice(2);
const groups = ['unit', 'isolated', 'parts', 'pairs', 'alone'].map((name) => {
  const began = performance.now();
  const group = runGroup(name, filters);
  return { ...group, name, seconds: (performance.now() - began) / 1000 };
});
const passed = groups.reduce((sum, group) => sum + group.passed, 0);
const problems = groups.flatMap((group) => group.problems);
const stated = new Map<string, number>();
for (const { file, name } of groups.flatMap((group) => group.skipped)) {
  const because = statedReason(file, name, process.env);
  if (because !== undefined) stated.set(`${file}: ${because}`, (stated.get(`${file}: ${because}`) ?? 0) + 1);
  // Where everything should be there, a test that silently vanishes is a statement that nobody checks any more.
  else if (process.env['CI']) problems.push(`${file}: "${name}" was skipped without a reason`);
  else console.log(`skipped: ${file}: ${name}`);
}
for (const [what, times] of stated) console.log(`skipped, ${times} of ${what}`);
// A file that could not be run is a failure, and so is a run that tested nothing.
const failed = groups.reduce((sum, group) => sum + group.failed, 0) + problems.length;
const slowest = groups.flatMap((group) => group.files).sort((a, b) => b.seconds - a.seconds);
console.log(groups.map(({ name, seconds }) => `${name}: ${seconds.toFixed(0)} s`).join(', '));
console.log('slowest files:');
for (const { file, seconds } of slowest.slice(0, SLOWEST))
  console.log(`  ${seconds.toFixed(1).padStart(6)} s  ${file}`);
for (const failure of groups.flatMap((group) => group.failures)) console.log(`failed: ${failure}`);
for (const problem of problems) console.log(`failed: ${problem}`);
if (passed + failed === 0) console.log('failed: no test ran');
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
