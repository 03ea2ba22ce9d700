import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { type CliProject, cliProject, greenlight, probe, startTarget, type Target } from '../project.ts';

const COMMIT = '3f2c1ab'.padEnd(40, '0');
let target: Target;
let project: CliProject;
beforeEach(async () => {
  target = await startTarget();
  target.answer = (at) => ({
    status: 200,
    body: at === '/release' ? JSON.stringify({ id: '2.4.0', commit: COMMIT }) : 'hello',
  });
  project = cliProject(
    target.url,
    `probes: [${probe('pages-answer')}],
     ...{ target: { name: 'shop', urls: { app: '${target.url}' },
       release: { path: '/release', id: 'id', commit: 'commit' } } }`,
  );
});
afterEach(async () => {
  project.remove();
  await target.close();
});

async function runFor(...wanted: string[]) {
  const { code, err } = await greenlight(project.directory, ['run', ...wanted]);
  const verdict = Verdict.parse(
    JSON.parse(readFileSync(path.join(project.directory, 'greenlight-report/verdict.json'), 'utf8')),
  );
  return { code, err, verdict, check: verdict.checks.find(({ id }) => id === 'wanted-release-runs') };
}

test('the check compares with what the command line asked for, and says the same as the verdict', async () => {
  const same = await runFor('--release', '2.4.0', '--commit', COMMIT.slice(0, 7));
  expect(same.code, same.err).toBe(0);
  expect(same.check).toMatchObject({
    state: 'passed',
    summary: `The wanted release runs: 2.4.0 at ${COMMIT} (asked 6 times)`,
  });
  expect(same.err).toContain('The report: greenlight-report/index.html');

  const other = await runFor('--release', '2.5.0');
  expect(other.code, other.err).toBe(10);
  expect(other.check).toMatchObject({ state: 'failed', summary: 'release: 2.4.0, expected 2.5.0' });
  expect(other.verdict.reasons).toContain(
    'The target runs 2.4.0 (commit ' + COMMIT + '), and 2.5.0 was wanted.',
  );
});
