import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { parseRunRecords, type RunRecord } from '../../../contract/history/run-record.ts';
import { acquireLease } from '../../../safety/lease.ts';
import { type CliProject, cliProject, greenlight, planSource, startTarget, type Target } from '../project.ts';

const SECRET = 'beat-1f6bd1a27c';
let target: Target;
let project: CliProject;
let state: string;
const down = new Set<string>();

const PLAN = `probes: [
  { id: 'shop-answers', title: 'The shop answers', kind: 'endpoints', paths: ['/shop'], phases: ['synthetic'],
    owner: 'shop team', runbook: 'https://runbooks.example.com/shop' },
  { id: 'orders-answer', title: 'Orders answer', kind: 'endpoints', paths: ['/orders'], phases: ['synthetic'], every: '1h' },
], synthetic: { heartbeat: secret('BEAT_URL') }`;

beforeAll(async () => {
  target = await startTarget();
  target.answer = (at) => ({
    status: down.has(at.split('?')[0] ?? '') ? 500 : 200,
    body: 'hello',
  });
});
afterAll(() => target.close());
beforeEach(() => {
  project = cliProject(target.url, PLAN);
  state = path.join(project.directory, '.greenlight');
  target.requests.length = 0;
});
afterEach(() => {
  down.clear();
  project.remove();
});

const command = (...args: string[]) =>
  greenlight(project.directory, args, { BEAT_URL: `${target.url}/beat?key=${SECRET}` });
const synthetic = (...args: string[]) => command('synthetic', ...args);
const asked = (at: string): number => target.requests.filter((one) => one.endsWith(` ${at}`)).length;

function historyFile(): string {
  const folder = path.join(state, 'history');
  const [name = ''] = existsSync(folder) ? readdirSync(folder) : [];
  const [day = ''] = existsSync(path.join(folder, name)) ? readdirSync(path.join(folder, name)) : [];
  return path.join(folder, name, day);
}
const records = (): readonly RunRecord[] => parseRunRecords(readFileSync(historyFile(), 'utf8')).records;

test('a day in six passes: news once, silence, failure, the same failure, recovery, and what the history says of it', async () => {
  const never = await command('status', '--max-age', '11m');
  expect([never.code, never.out]).toEqual([
    20,
    'INCONCLUSIVE: target, synthetic\n  default: no run was ever recorded\n',
  ]);

  const first = await synthetic();
  expect(first.code, first.err).toBe(0);
  expect([first.out, first.err.split(':')[0]]).toEqual(['', 'GO']);
  expect(asked('/orders')).toBeGreaterThan(0);
  expect(asked(`/beat?key=${SECRET}`)).toBe(1);

  const askedOnce = asked('/orders');
  const second = await synthetic();
  expect(second).toMatchObject({ code: 0, out: '', err: '' });
  // Hourly, and passed a moment ago: not asked, and not told as passed.
  expect(asked('/orders')).toBe(askedOnce);
  expect(records()[1]).toMatchObject({
    decision: 'GO',
    notDue: [{ id: 'orders-answer', last: { outcome: 'pass' } }],
  });
  expect(records()[1]?.checks.map(({ id }) => id)).not.toContain('orders-answer');

  down.add('/shop');
  const failed = await synthetic();
  expect(failed.code, failed.err).toBe(10);
  expect(failed.err).toMatch(/^NO_GO: /);
  expect(failed.err).toContain('It was GO at ');
  expect(failed.err).toContain('FAIL: The shop answers (shop-answers): ');
  expect(failed.err).toContain('owner: shop team, runbook: https://runbooks.example.com/shop');
  expect(failed.err).toContain('Not due, and not asked: orders-answer (pass at ');
  expect(failed.out).toBe('');

  const same = await synthetic('--changes-only', '--json');
  expect([same.code, same.err]).toEqual([10, '']);
  expect(JSON.parse(same.out)).toMatchObject({ decision: 'NO_GO', exitCode: 10 });

  down.clear();
  // Nothing that stands between two passes may make the next one lie: the tail of the history is torn.
  appendFileSync(historyFile(), '{"schema":"greenlight/run-record@1","run":"torn');
  const well = await synthetic();
  expect(well.code, well.err).toBe(0);
  expect(well.err).toMatch(/^GO: /);
  expect(well.err).toContain('It was NO_GO at ');
  expect(well.err).toContain('ok again: shop-answers (was fail)');
  expect(well.err).toContain('on our side: the newest record of the history is damaged');

  down.add('/beat');
  const noBeat = await synthetic();
  expect(noBeat.code, noBeat.err).toBe(0);
  expect(noBeat.err).toMatch(
    /^GO: [\s\S]*on our side: the heartbeat of 127\.0\.0\.1:\d+ was not taken: it answered 500/,
  );
  expect(noBeat.err + readFileSync(historyFile(), 'utf8')).not.toContain(SECRET);

  expect(records().map(({ decision }) => decision)).toEqual(['GO', 'GO', 'NO_GO', 'NO_GO', 'GO', 'GO']);
  expect(records()[0]?.checks.find(({ id }) => id === 'shop-answers')).toMatchObject({ outcome: 'pass' });

  const fresh = await command('status', '--max-age', '11m');
  expect([fresh.code, fresh.out.split(':')[0]]).toEqual([0, 'GO']);
  const old = await command('status', '--max-age', '0.001s');
  expect(old.code).toBe(20);
  expect(old.out).toContain('too old');
  const missing = await command('status', '--max-age', '11m', '--location', 'default', '--location', 'iad');
  expect(missing.code).toBe(20);
  expect(missing.out).toContain('iad: no run was ever recorded');

  const history = await command('history');
  expect(history.code).toBe(0);
  expect(history.out).toContain('shop-answers: pass -> fail');
  expect(history.out).toMatch(/shop-answers +66\.67 % +4 +2 +0/);
  expect(history.out).toContain('6 starts: 4 GO, 2 NO_GO, 0 INCONCLUSIVE, 0 skipped; 1 outage');
  expect(history.err).toContain('Could not be read: ');
  const one = await command('history', '--check', 'orders-answer', '--json');
  expect(JSON.parse(one.out)).toMatchObject({
    uptime: { runs: 6 },
    damaged: [expect.stringContaining('cut short')],
  });
  const daily = await command('history', '--summary', 'daily');
  expect(daily.out).toContain('# target: daily summary');
  expect(daily.out).toContain('GO -&gt; NO\\_GO; shop-answers: pass -&gt; fail');
  const page = await command('history', '--summary', 'weekly', '--html');
  expect(page.out).toContain('<h1>target: weekly summary</h1>');
});

test('an overlapping start is recorded as skipped, asks nothing, and is silent until it happens again and again', async () => {
  const lease = await acquireLease({
    stateDirectory: state,
    target: 'target',
    run: 'other',
    phase: 'post-cutover',
  });
  const verdict = path.join(project.directory, 'greenlight-synthetic/verdict.json');
  for (const silent of [true, true, false]) {
    const end = await synthetic();
    expect([end.code, end.out, end.err === ''], end.err).toEqual([0, '', silent]);
    if (!silent) expect(end.err).toMatch(/^NO ANSWER, 3 starts in a row \(overlap\): .*run other/);
  }
  await lease.release();
  expect(target.requests).toEqual([]);
  expect(existsSync(verdict)).toBe(false);
  expect(records().map(({ skipped, decision, exitCode }) => [skipped?.kind, decision, exitCode])).toEqual(
    Array.from({ length: 3 }, () => ['overlap', null, 0]),
  );
  // Starts that were skipped looked at nothing.
  expect((await command('status', '--max-age', '11m')).code).toBe(20);
});

test('where nothing is due nothing is asked, and that is no run; a failure is due at once', async () => {
  project.write(
    'greenlight.config.mjs',
    planSource(
      target.url,
      `probes: [{ id: 'orders-answer', title: 'Orders answer', kind: 'endpoints', paths: ['/orders'], phases: ['synthetic'], every: '1h' }]`,
    ),
  );
  down.add('/orders');
  expect((await synthetic()).code).toBe(10);
  down.clear();
  expect((await synthetic()).code).toBe(0);
  target.requests.length = 0;
  expect(await synthetic()).toMatchObject({ code: 0, out: '', err: '' });
  expect(target.requests).toEqual([]);
  expect(records().map(({ decision, skipped }) => skipped?.kind ?? decision)).toEqual([
    'NO_GO',
    'GO',
    'nothing-due',
  ]);
  // What is due is decided by whoever may work on the target: a run that still works may change it.
  const lease = await acquireLease({
    stateDirectory: state,
    target: 'target',
    run: 'other',
    phase: 'synthetic',
  });
  expect(await synthetic()).toMatchObject({ code: 0, out: '', err: '' });
  await lease.release();
  expect(records().at(-1)?.skipped?.kind).toBe('overlap');
});

test('a record says where its report can be read, where somebody said so', async () => {
  expect((await synthetic()).code).toBe(0);
  expect((await synthetic('--report-url', 'https://reports.example.com/{run}/')).code).toBe(0);
  const [silent, told] = records();
  expect(silent).not.toHaveProperty('report');
  expect(told?.report).toBe(`https://reports.example.com/${told?.run ?? ''}/`);
  const wrong = await synthetic('--report-url', 'reports.example.com');
  expect([wrong.code, wrong.err]).toEqual([64, expect.stringContaining('--report-url')]);
});

test('a plan that cannot be used is told, ends with 64, and takes the verdict of the last pass away', async () => {
  expect((await synthetic()).code).toBe(0);
  project.write('greenlight.config.mjs', planSource(target.url, `probes: [], synthetic: { budget: 'soon' }`));
  const end = await synthetic();
  expect(end.code).toBe(64);
  expect(end.err).toContain('synthetic.budget');
  const verdict = readFileSync(path.join(project.directory, 'greenlight-synthetic/verdict.json'), 'utf8');
  expect(JSON.parse(verdict)).toMatchObject({ decision: 'INCONCLUSIVE' });
});

test('a history that cannot be written is told, and the answer stands', async () => {
  project.write('.greenlight/history', 'a file where a folder should be');
  const end = await synthetic();
  expect(end.code, end.err).toBe(0);
  expect(end.err).toMatch(/^GO: [\s\S]*on our side: HISTORY_UNWRITABLE/);
  rmSync(path.join(state, 'history'));
});
