import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { type CliProject, cliProject, greenlight, startTarget, type Target } from '../project.ts';

// Four checks about one registration, on a target that takes one registration a minute.
let target: Target;
let project: CliProject;
let registrations = 0;
beforeEach(async () => {
  registrations = 0;
  target = await startTarget();
  project = cliProject(
    target.url,
    `flows: [
       flow('visitor-can-register', { title: 'A visitor can register', area: 'accounts' })
         .request('form', { check: 'form-is-shown', request: () => ({ method: 'GET', path: '/form' }) })
         .request('register', { check: 'registration-is-taken',
           request: (ctx) => ({ method: 'POST', path: '/customers', json: { mail: ctx.unique() } }),
           creates: (ctx) => ({ kind: 'customer', identity: ctx.unique() }) })
         .request('log in', { check: 'visitor-can-log-in', request: () => ({ method: 'POST', path: '/sessions' }) })
         .request('account', { check: 'account-is-shown', request: () => ({ method: 'GET', path: '/me' }) }),
     ],
     created: { customer: { keep: 'the test target forgets it' } },`,
  );
});
afterEach(async () => {
  project.remove();
  await target.close();
});

async function run() {
  const { code, err } = await greenlight(project.directory, ['run']);
  const file = path.join(project.directory, 'greenlight-report/verdict.json');
  const verdict = Verdict.parse(JSON.parse(readFileSync(file, 'utf8')));
  const flows = verdict.checks.filter(({ source }) => source === 'flow');
  return { code, err, verdict, states: Object.fromEntries(flows.map(({ id, state }) => [id, state])) };
}

test('the journey runs once for all of its checks', async () => {
  target.answer = (at) =>
    at === '/customers' && (registrations += 1) > 1
      ? { status: 429, body: 'no' }
      : { status: 200, body: 'x' };
  const { code, err, states, verdict } = await run();
  expect(states).toEqual({
    'visitor-can-register': 'passed',
    'form-is-shown': 'passed',
    'registration-is-taken': 'passed',
    'visitor-can-log-in': 'passed',
    'account-is-shown': 'passed',
  });
  expect(code, err).toBe(0);
  expect(registrations).toBe(1);
  expect(verdict.faults).toEqual([]);
});

test('one that stops tells what it saw, and runs once as well', async () => {
  target.answer = (at) => {
    if (at === '/customers') registrations += 1;
    return { status: at === '/sessions' ? 500 : 200, body: 'x' };
  };
  const { code, err, states, verdict } = await run();
  expect(states).toEqual({
    'visitor-can-register': 'failed',
    'form-is-shown': 'passed',
    'registration-is-taken': 'passed',
    'visitor-can-log-in': 'failed',
    'account-is-shown': 'unknown',
  });
  expect(verdict.checks.find(({ id }) => id === 'account-is-shown')?.summary).toContain(
    'stopped at "log in"',
  );
  expect(code, err).toBe(10);
  expect(registrations).toBe(1);
});
