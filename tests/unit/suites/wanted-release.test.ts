import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RUN_CONTEXT_ENV, type RunContext } from '../../../contract/evidence/run-context.ts';
import { wantedRelease } from '../../../suites/readiness/wanted-release-runs.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'greenlight-wanted-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function envOf(wanted: RunContext['wanted']): NodeJS.ProcessEnv {
  const file = join(directory, 'run.json');
  const context: RunContext = {
    id: 'r1',
    nonce: 'n1',
    phase: 'post-cutover',
    wanted,
    planFile: '/plan.mts',
    runDirectory: directory,
    stateDirectory: directory,
    session: 0,
  };
  writeFileSync(file, JSON.stringify(context));
  return { [RUN_CONTEXT_ENV]: file, GREENLIGHT_RELEASE_ID: 'left-over' };
}

test('the command line says which release is wanted; the environment only for Playwright by hand', () => {
  expect(wantedRelease(envOf({ id: '2.4.0', commit: 'abcdef1' }))).toEqual({
    id: '2.4.0',
    commit: 'abcdef1',
  });
  expect(wantedRelease(envOf(null))).toEqual({});
  expect(wantedRelease({ GREENLIGHT_RELEASE_ID: '2.4.0' })).toEqual({ id: '2.4.0' });
});
