import { describe, expect, test } from 'vitest';
import { play, PRELUDE, type Play } from './play.ts';

const TWO = `${PRELUDE}
  test('one', of('one'), () => {});
  test('two', of('two'), () => { expect(1).toBe(2); });`;
const ONE = `${PRELUDE} test('one', of('one'), () => {});`;
const SLOW = `${PRELUDE}
  test('one', of('one'), async () => { console.log('STARTED'); await new Promise(r => setTimeout(r, 60_000)); });
  test('two', of('two'), () => {});`;

function reporter(body: string): string {
  return `export default class { printsToStdio() { return false; } ${body} }`;
}

describe('ends with exit code 0 or without a word: the fragment is never final', () => {
  const cases: readonly (readonly [string, Play])[] = [
    [
      'a later reporter that hangs in onEnd',
      {
        files: { 'a.spec.ts': TWO, 'r.ts': reporter('onEnd() { return new Promise(() => {}); }') },
        reporters: { after: ['./r.ts'] },
      },
    ],
    [
      'an earlier reporter that hangs in onEnd',
      {
        files: { 'a.spec.ts': TWO, 'r.ts': reporter('onEnd() { return new Promise(() => {}); }') },
        reporters: { before: ['./r.ts'] },
      },
    ],
    [
      'a reporter that ends the process in onEnd',
      {
        files: { 'a.spec.ts': TWO, 'r.ts': reporter('onEnd() { process.exit(0); }') },
        reporters: { before: ['./r.ts'] },
      },
    ],
    [
      'a global set-up that ends the process',
      {
        files: { 'a.spec.ts': TWO, 's.ts': 'export default () => { process.exit(0); };' },
        config: `globalSetup: './s.ts',`,
      },
    ],
    ['a spec that ends the process when it is loaded', { files: { 'a.spec.ts': `process.exit(0);` } }],
    ['--list', { files: { 'a.spec.ts': TWO }, args: ['--list'] }],
  ];
  test.each(cases)('%s', async (_name, options) => {
    const { fragment } = await play(options);
    expect(fragment?.final).toBe(false);
    if (fragment?.report.status === null) expect(fragment.faults.length).toBeGreaterThan(0);
  });
});

test('a later reporter that says "passed" changes the exit code and not the record', async () => {
  const { code, fragment } = await play({
    files: { 'a.spec.ts': TWO, 'r.ts': reporter(`onEnd() { return { status: 'passed' }; }`) },
    reporters: { after: ['./r.ts'] },
  });
  expect(code).toBe(0);
  expect(fragment?.final).toBe(true);
  expect(fragment?.report.status).toBe('failed');
  expect(fragment?.attempts.map(({ status }) => status)).toEqual(['passed', 'failed']);
});

test('tries are kept apart', async () => {
  const { code, fragment } = await play({
    files: {
      'a.spec.ts': `${PRELUDE} test('one', of('one'), ({}, info) => { expect(info.retry).toBe(1); });`,
    },
    config: 'retries: 1,',
  });
  expect(code).toBe(0);
  expect(fragment?.attempts.map(({ retry, status }) => [retry, status])).toEqual([
    [0, 'failed'],
    [1, 'passed'],
  ]);
  expect(fragment?.report).toMatchObject({ announced: 1, ended: 1 });
});

test('what was announced and never started is listed', async () => {
  const { fragment } = await play({
    files: { 'a.spec.ts': TWO.replace(`'one'), () => {}`, `'one'), () => { expect(1).toBe(2); }`) },
    config: 'maxFailures: 1,',
  });
  expect(fragment?.attempts.map(({ check, status }) => [check, status])).toEqual([
    ['one', 'failed'],
    ['two', 'no-result'],
  ]);
  expect(fragment?.faults[0]).toMatchObject({ kind: 'runner' });
  expect(fragment?.faults[0]?.message).toContain('Testing stopped early');
});

test.each([
  [
    'a rejection that nobody awaited',
    {
      'a.spec.ts': `${PRELUDE} test('one', of('one'), () => { setTimeout(() => void Promise.reject(new Error('late')), 0); }); test('two', of('two'), async () => { await new Promise(r => setTimeout(r, 300)); });`,
    },
    '',
  ],
  [
    'a global set-up that throws',
    { 'a.spec.ts': ONE, 's.ts': `export default () => { throw new Error('set-up'); };` },
    `globalSetup: './s.ts',`,
  ],
  [
    'a global tear-down that throws',
    { 'a.spec.ts': ONE, 's.ts': `export default () => { throw new Error('tear-down'); };` },
    `globalTeardown: './s.ts',`,
  ],
  ['a spec that cannot be read', { 'a.spec.ts': ONE, 'b.spec.ts': 'this is no code' }, ''],
  ['.only where it is forbidden', { 'a.spec.ts': ONE.replace('test(', 'test.only(') }, 'forbidOnly: true,'],
] as const)('%s is told', async (_name, files, config) => {
  const { fragment } = await play({ files, config });
  const errors = fragment?.attempts.flatMap((attempt) => attempt.errors) ?? [];
  expect([...(fragment?.faults ?? []), ...errors].length).toBeGreaterThan(0);
  expect(fragment?.report.status).toBe('failed');
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends in an orderly way', async (signal) => {
  const { code, fragment } = await play({
    files: { 'a.spec.ts': SLOW },
    config: 'timeout: 0,',
    when: [/STARTED/, (kill) => kill(signal)],
  });
  expect(code).toBe(130);
  expect(fragment).toMatchObject({ final: true, report: { status: 'interrupted' } });
  expect(fragment?.attempts.map(({ status }) => status)).toEqual(['interrupted', 'no-result']);
});

test('SIGKILL leaves a fragment that is not final', async () => {
  const { signal, fragment } = await play({
    files: { 'a.spec.ts': SLOW },
    config: 'timeout: 0,',
    when: [/STARTED/, (kill) => kill('SIGKILL')],
  });
  expect(signal).toBe('SIGKILL');
  expect(fragment).toMatchObject({ final: false, report: { status: null } });
});

test("Playwright's own time limit is told", async () => {
  const { fragment } = await play({
    files: { 'a.spec.ts': SLOW },
    config: 'timeout: 0, globalTimeout: 3000,',
  });
  expect(fragment?.report.status).toBe('timedout');
  expect(fragment?.faults[0]?.kind).toBe('deadline');
  const [under, waiting] = fragment?.attempts.map(({ status }) => status) ?? [];
  // Playwright may or may not hear from the worker that it stops.
  expect(['interrupted', 'no-result']).toContain(under);
  expect(waiting).toBe('no-result');
});

test('nothing to run leaves nothing that passed', async () => {
  const { code, fragment } = await play({
    files: { 'a.spec.ts': ONE },
    args: ['--grep', 'ZZZ', '--pass-with-no-tests'],
  });
  expect(code).toBe(0);
  expect(fragment?.attempts).toEqual([]);
});

test('started by hand: beside the test results; a mere list writes nothing', async () => {
  const { fragment } = await play({ files: { 'a.spec.ts': ONE }, run: false });
  expect(fragment).toMatchObject({ final: true, run: 'by-hand', session: 0 });
  const listed = await play({ files: { 'a.spec.ts': ONE }, run: false, args: ['--list'] });
  expect(listed.fragment).toBeUndefined();
});

test('tests in projects that are not ours are left alone', async () => {
  const { fragment } = await play({
    files: { 'a.spec.ts': `${PRELUDE} test('plain', () => {});` },
    config: `projects: [{ name: 'unit' }],`,
  });
  expect(fragment).toMatchObject({ final: true, attempts: [], faults: [], report: { projects: [] } });
});

describe('a reporter that edits results before ours does not have the first word', () => {
  const EDITS: readonly (readonly [string, string])[] = [
    ['at the end of a test', 'onTestEnd(t, r) { r.status = "passed"; r.errors = []; r.error = undefined; }'],
    ['in place', 'onTestEnd(t, r) { r.status = "passed"; r.errors.length = 0; r.steps.length = 0; }'],
    [
      'of all tests at the end',
      'onBegin(c, s) { this.s = s; } onEnd() { for (const t of this.s.allTests()) for (const r of t.results) { r.status = "passed"; r.errors = []; } }',
    ],
    [
      'and the steps',
      'onTestEnd(t, r) { r.status = "passed"; r.errors = []; for (const s of r.steps) { delete s.error; } }',
    ],
  ];
  test.each(EDITS)('%s', async (_name, body) => {
    const { fragment } = await play({
      files: { 'a.spec.ts': TWO, 'r.ts': reporter(body) },
      reporters: { before: ['./r.ts'] },
    });
    expect(fragment?.attempts.map(({ status }) => status)).toEqual(['passed', 'failed']);
    expect(fragment?.attempts[1]?.errors.map(({ kind }) => kind)).toEqual(['assertion']);
    expect(fragment?.faults).toMatchObject([{ kind: 'reporter', check: 'two' }]);
  });

  test('one that only adds to them is left in peace', async () => {
    const { fragment } = await play({
      files: {
        'a.spec.ts': TWO,
        'r.ts': reporter(
          'onTestEnd(t, r) { r.duration = 1; r.annotations.push({ type: "owner", description: "shop" }); }',
        ),
      },
      reporters: { before: ['./r.ts'] },
    });
    expect(fragment?.attempts.map(({ status }) => status)).toEqual(['passed', 'failed']);
    expect(fragment?.faults).toEqual([]);
  });
});

describe('a comparison with a snapshot that the configuration switches off is none', () => {
  const SNAP = `${PRELUDE} test('one', of('one'), () => { expect(1).toBe(1); expect('b').toMatchSnapshot('s.txt'); });`;
  const files = { 'a.spec.ts': SNAP, 'a.spec.ts-snapshots/s-suites-linux.txt': 'a' };
  test.each([
    ['ignoreSnapshots: true,', []],
    [`updateSnapshots: 'all',`, []],
    [`updateSnapshots: 'changed',`, []],
    [`updateSnapshots: 'none',`, ['--update-snapshots=all']],
  ])('%s %j', async (config, args) => {
    const { fragment } = await play({ files, config, args });
    expect(fragment?.attempts[0]).toMatchObject({ status: 'passed', errors: [{ kind: 'other' }] });
    expect(fragment?.attempts[0]?.errors[0]?.message).toContain('Snapshots');
  });

  test('one that is compared counts', async () => {
    const same = { ...files, 'a.spec.ts-snapshots/s-suites-linux.txt': 'b' };
    const { fragment } = await play({ files: same });
    expect(fragment?.attempts[0]).toMatchObject({ status: 'passed', errors: [], comparisons: 2 });
  });
});
