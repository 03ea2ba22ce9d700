import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { provideParts } from './provide-parts.ts';

/**
 * The one test command: provides the parts that the tests need, names those that are missing, runs everything and ends
 * with `N passed, N failed`. Arguments are passed to vitest: `npm test -- tests/unit/contract`.
 */

const ROOT = path.resolve(import.meta.dirname, '..');
const VITEST = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');

const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

interface GroupEnd {
  readonly passed: number;
  readonly failed: number;
  /** Names of tests that did not run. */
  readonly skipped: readonly string[];
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
      return { passed: 0, failed: 0, skipped: [], problems: [`vitest left no report (${signal ?? status})`] };
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
      skipped: report.testResults.flatMap((suite) =>
        suite.assertionResults
          .filter((test) => test.status !== 'passed' && test.status !== 'failed')
          .map((test) => `${path.relative(ROOT, suite.name)}: ${test.fullName}`),
      ),
      problems,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

await provideParts((line) => console.log(line));
const filters = process.argv.slice(2);
const groups = ['unit', 'parts', 'alone'].map((name) => runGroup(name, filters));
const passed = groups.reduce((sum, group) => sum + group.passed, 0);
const problems = groups.flatMap((group) => group.problems);
// A file that could not be run is a failure, and so is a run that tested nothing.
const failed = groups.reduce((sum, group) => sum + group.failed, 0) + problems.length;
for (const name of groups.flatMap((group) => group.skipped)) console.log(`skipped: ${name}`);
for (const problem of problems) console.log(`failed: ${problem}`);
if (passed + failed === 0) console.log('failed: no test ran');
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
