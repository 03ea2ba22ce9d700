import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { type CliProject, cliProject, startGreenlight, startTarget, type Target } from '../project.ts';

const STOPPED_MS = 8000;

let target: Target;
let project: CliProject;

beforeEach(async () => {
  target = await startTarget();
  project = cliProject(
    target.url,
    `flows: [flow('home-answers', { title: 'Home answers' })
       .request('open', { request: () => ({ method: 'GET', path: '/home' }), budgetMs: 4000 })]`,
  );
});
afterEach(async () => {
  await target.close();
  project.remove();
});

/** The command line, Playwright and its workers: all that works in the project. */
function processesInProject(): readonly number[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(project.directory);
      } catch {
        return false;
      }
    });
}

/** Runs to the end; `met` is called when the step's request has come, before it is answered. */
async function runTo(met: () => void, delayMs: number) {
  target.answer = (at) => {
    if (at !== '/home') return { status: 200, body: 'ok' };
    met();
    return { status: 200, body: 'ok', delayMs };
  };
  const end = await startGreenlight(project.directory, ['run']).ended;
  const file = path.join(project.directory, 'greenlight-report', 'verdict.json');
  const verdict = Verdict.parse(JSON.parse(readFileSync(file, 'utf8')));
  return { end, check: verdict.checks.find(({ id }) => id === 'home-answers') };
}

test('all of us stopped in the middle of a request: nobody says that the target is slow', async () => {
  let awake = Promise.resolve();
  const { end, check } = await runTo(() => {
    const stopped = processesInProject();
    for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    awake = sleep(STOPPED_MS).then(() => stopped.forEach((pid) => process.kill(pid, 'SIGCONT')));
  }, 100);
  await awake;
  expect(end.code, end.err).toBe(20);
  expect(check, JSON.stringify(check)).toMatchObject({ state: 'unknown', cause: 'own-delay' });
});

test('a target that really answers that late fails', async () => {
  const { end, check } = await runTo(() => undefined, STOPPED_MS);
  expect(end.code, end.err).toBe(10);
  expect(check, JSON.stringify(check)).toMatchObject({ state: 'failed', cause: 'no-answer' });
});
