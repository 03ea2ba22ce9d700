import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { k6Engine } from '../../../load/engines/k6.ts';
import { startTarget, type FakeTarget } from '../../contracts/load-engine/target.ts';
import { DIST } from '../../installed.ts';
import { plainModule } from '../../plain-module.ts';
import { QUICK_START_PLAIN } from '../../quick-start.ts';
import { runPlaywright, type PlaywrightRun } from '../suites/run-playwright.ts';

const spec = path.join(DIST, 'run/specs/load.spec.js');
const k6 = await k6Engine.availability();
if (!k6.available) console.warn(`\nSKIPPED: everything about k6: ${k6.reason}. ${k6.remedy}\n`);

let target: FakeTarget;
let old: FakeTarget;
let home: string;
let plan: string;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'greenlight-load-plan-'));
  plan = await plainModule(path.join(import.meta.dirname, 'plan.ts'), home);
  old = await startTarget((_request, response) => void setTimeout(() => response.end('{}'), 5));
  target = await startTarget((request, response) => {
    if (request.url === '/broken') response.statusCode = 503;
    setTimeout(() => response.end(request.url === '/number' ? '{"n":3}' : '{}'), 5);
  });
});
afterAll(async () => {
  await target.close();
  await old.close();
  await rm(home, { recursive: true, force: true });
});

function findingOf(run: PlaywrightRun, id: string) {
  const check = run.checks.get(id);
  return { status: check?.status, finding: check?.findings[0], found: check?.findings.length };
}

test('each profile is one test with one finding that carries the result', async () => {
  const env = { GREENLIGHT_PLAN: plan, LOAD_TEST_URL: target.url, LOAD_TEST_OLD_URL: old.url };
  const run = await runPlaywright(spec, env, k6.available ? [] : ['--grep-invert', '@k6']);
  const list = findingOf(run, 'list-holds');
  expect(list, list.finding?.summary).toMatchObject({
    status: 'passed',
    found: 1,
    finding: { outcome: 'pass' },
  });
  expect(list.finding?.sampleSize).toBeGreaterThan(10);
  expect(list.finding?.detail).toMatchObject({
    kind: 'load',
    result: { engine: { name: 'autocannon' }, faults: [] },
    setting: { profile: expect.stringContaining('sha256:') as string },
  });
  const broken = findingOf(run, 'broken-holds');
  expect(broken).toMatchObject({
    status: 'failed',
    found: 1,
    finding: { outcome: 'fail', cause: 'error-rate' },
  });
  expect(findingOf(run, 'errors-are-few')).toMatchObject({
    status: 'failed',
    found: 1,
    finding: { outcome: 'unknown', cause: 'metrics-unavailable' },
  });
  expect(findingOf(run, 'number-warns')).toMatchObject({
    status: 'passed',
    found: 1,
    finding: { outcome: 'pass', cause: 'warning-level', measured: 3 },
  });
  expect(findingOf(run, 'number-rolls-back')).toMatchObject({
    status: 'failed',
    found: 1,
    finding: { outcome: 'fail', cause: 'rollback-level' },
  });
  expect(findingOf(run, 'somebody-is-told')).toMatchObject({
    status: 'failed',
    found: 1,
    finding: { outcome: 'unknown', cause: 'alerting-unavailable' },
  });
  expect(run.checks.get('list-holds')?.tags).toEqual(expect.arrayContaining(['blocking', 'list-holds']));
  if (k6.available) {
    expect(findingOf(run, 'k6-holds')).toMatchObject({ status: 'passed', finding: { outcome: 'pass' } });
    expect(findingOf(run, 'k6-may-hold')).toMatchObject({ status: 'passed', finding: { outcome: 'pass' } });
  }
  const asFast = findingOf(run, 'list-is-as-fast');
  expect(asFast).toMatchObject({ status: 'passed', found: 1, finding: { outcome: 'pass' } });
  expect(asFast.finding?.detail).toMatchObject({ kind: 'comparison', comparison: { margin: 10 } });
  expect(findingOf(run, 'page-is-as-sound')).toMatchObject({
    status: 'failed',
    found: 1,
    finding: { outcome: 'fail' },
  });
  // Of another phase: neither run nor listed.
  expect(run.checks.has('k6-goes-on')).toBe(false);
});

test('without the engine a profile is unknown, or not applicable where that was said', async () => {
  const env = { GREENLIGHT_PLAN: plan, LOAD_TEST_URL: target.url, GREENLIGHT_K6: '/nowhere/k6' };
  const run = await runPlaywright(spec, env, ['--grep', '@k6']);
  expect(findingOf(run, 'k6-holds')).toMatchObject({
    status: 'failed',
    finding: {
      outcome: 'unknown',
      cause: 'engine-missing',
      remedy: expect.stringContaining('greenlight doctor') as string,
    },
  });
  expect(findingOf(run, 'k6-may-hold')).toMatchObject({
    status: 'passed',
    finding: { outcome: 'not-applicable', cause: 'engine-missing' },
  });
});

describe.runIf(k6.available && process.platform === 'linux')('a worker that is killed', () => {
  test('takes k6 with it', async () => {
    const cli = createRequire(import.meta.url).resolve('@playwright/test/cli');
    const config = await plainModule(path.join(import.meta.dirname, 'playwright.config.ts'), home);
    const temporary = await mkdtemp(path.join(tmpdir(), 'greenlight-killed-'));
    const fixture = { GREENLIGHT_PLAN: plan, LOAD_TEST_URL: target.url, GREENLIGHT_PHASE: 'watch' };
    const env = { ...process.env, ...QUICK_START_PLAIN, ...fixture, TMPDIR: temporary };
    const playwright = spawn(process.execPath, [cli, 'test', '--config', config], {
      env,
      detached: true,
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => playwright.once('exit', resolve));
    try {
      const script = await until(() => k6Script(target.url));
      expect(script).toBeDefined();
      // The whole group at once, as a machine that ends a job does: nobody gets to say good-bye.
      process.kill(-(playwright.pid ?? 0), 'SIGKILL');
      await ended;
      expect(await until(async () => ((await k6Script(target.url)) === undefined ? true : undefined))).toBe(
        true,
      );
    } finally {
      if (playwright.exitCode === null && playwright.signalCode === null) playwright.kill('SIGKILL');
      await rm(temporary, { recursive: true, force: true });
    }
  });
});

async function until<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let tries = 0; tries < 300; tries += 1) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await wait(100);
  }
  return undefined;
}

/** The process of the k6 that was told of this address, found by its environment: others may run on this machine. */
async function k6Script(url: string): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,comm=']);
  const pids = stdout.split('\n').flatMap((line) => /^\s*(\d+)\s+k6$/.exec(line)?.[1] ?? []);
  for (const pid of pids) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.includes(url)) return pid;
  }
  return undefined;
}
