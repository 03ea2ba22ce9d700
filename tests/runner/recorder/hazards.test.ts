import { beforeAll, describe, expect, test } from 'vitest';
import { eachUsually } from '../../long.ts';
import { play, type Play, type Played, PRELUDE } from './play.ts';

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
  const cases: [string, Play][] = [
    [
      'a later reporter that hangs in onEnd',
      {
        files: { 'a.spec.mjs': TWO, 'r.mjs': reporter('onEnd() { return new Promise(() => {}); }') },
        reporters: { after: ['./r.mjs'] },
      },
    ],
    [
      'an earlier reporter that hangs in onEnd',
      {
        files: { 'a.spec.mjs': TWO, 'r.mjs': reporter('onEnd() { return new Promise(() => {}); }') },
        reporters: { before: ['./r.mjs'] },
      },
    ],
    [
      'a reporter that ends the process in onEnd',
      {
        files: { 'a.spec.mjs': TWO, 'r.mjs': reporter('onEnd() { process.exit(0); }') },
        reporters: { before: ['./r.mjs'] },
      },
    ],
    [
      'a global set-up that ends the process',
      {
        files: { 'a.spec.mjs': TWO, 's.mjs': 'export default () => { process.exit(0); };' },
        config: `globalSetup: './s.mjs',`,
      },
    ],
    ['a spec that ends the process when it is loaded', { files: { 'a.spec.mjs': `process.exit(0);` } }],
    ['--list', { files: { 'a.spec.mjs': TWO }, args: ['--list'] }],
  ];
  const usual = [
    'a later reporter that hangs in onEnd',
    'a reporter that ends the process in onEnd',
    '--list',
  ];
  eachUsually(usual, cases, '%s', async (_name, options) => {
    const { fragment } = await play(options);
    expect(fragment?.final).toBe(false);
    if (fragment?.report.status === null) expect(fragment.faults.length).toBeGreaterThan(0);
  });
});

test('a later reporter that says "passed" changes the exit code and not the record', async () => {
  const { code, fragment } = await play({
    files: { 'a.spec.mjs': TWO, 'r.mjs': reporter(`onEnd() { return { status: 'passed' }; }`) },
    reporters: { after: ['./r.mjs'] },
  });
  expect(code).toBe(0);
  expect(fragment?.final).toBe(true);
  expect(fragment?.report.status).toBe('failed');
  expect(fragment?.attempts.map(({ status }) => status)).toEqual(['passed', 'failed']);
});

test('tries are kept apart', async () => {
  const { code, fragment } = await play({
    files: {
      'a.spec.mjs': `${PRELUDE} test('one', of('one'), ({}, info) => { expect(info.retry).toBe(1); });`,
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
    files: { 'a.spec.mjs': TWO.replace(`'one'), () => {}`, `'one'), () => { expect(1).toBe(2); }`) },
    config: 'maxFailures: 1,',
  });
  expect(fragment?.attempts.map(({ check, status }) => [check, status])).toEqual([
    ['one', 'failed'],
    ['two', 'no-result'],
  ]);
  expect(fragment?.faults[0]).toMatchObject({ kind: 'runner' });
  expect(fragment?.faults[0]?.message).toContain('Testing stopped early');
});

const TOLD: [string, Record<string, string>, string][] = [
  [
    'a rejection that nobody awaited',
    {
      'a.spec.mjs': `${PRELUDE} test('one', of('one'), () => { setTimeout(() => void Promise.reject(new Error('late')), 0); }); test('two', of('two'), async () => { await new Promise(r => setTimeout(r, 300)); });`,
    },
    '',
  ],
  [
    'a global set-up that throws',
    { 'a.spec.mjs': ONE, 's.mjs': `export default () => { throw new Error('set-up'); };` },
    `globalSetup: './s.mjs',`,
  ],
  [
    'a global tear-down that throws',
    { 'a.spec.mjs': ONE, 's.mjs': `export default () => { throw new Error('tear-down'); };` },
    `globalTeardown: './s.mjs',`,
  ],
  ['a spec that cannot be read', { 'a.spec.mjs': ONE, 'b.spec.mjs': 'this is no code' }, ''],
  ['.only where it is forbidden', { 'a.spec.mjs': ONE.replace('test(', 'test.only(') }, 'forbidOnly: true,'],
];
const USUALLY_TOLD = [
  'a rejection that nobody awaited',
  'a global set-up that throws',
  'a spec that cannot be read',
];
eachUsually(USUALLY_TOLD, TOLD, '%s is told', async (_name, files, config) => {
  const { fragment } = await play({ files, config });
  const errors = fragment?.attempts.flatMap((attempt) => attempt.errors) ?? [];
  expect([...(fragment?.faults ?? []), ...errors].length).toBeGreaterThan(0);
  expect(fragment?.report.status).toBe('failed');
});

const SIGNALS: [NodeJS.Signals][] = [['SIGINT'], ['SIGTERM'], ['SIGHUP']];
eachUsually(['SIGINT', 'SIGTERM'], SIGNALS, '%s ends in an orderly way', async (signal) => {
  const { code, fragment } = await play({
    files: { 'a.spec.mjs': SLOW },
    config: 'timeout: 0,',
    when: [/STARTED/, (kill) => kill(signal)],
  });
  expect(code).toBe(130);
  expect(fragment).toMatchObject({ final: true, report: { status: 'interrupted' } });
  expect(fragment?.attempts.map(({ status }) => status)).toEqual(['interrupted', 'no-result']);
});

test('SIGKILL leaves a fragment that is not final', async () => {
  const { signal, fragment } = await play({
    files: { 'a.spec.mjs': SLOW },
    config: 'timeout: 0,',
    when: [/STARTED/, (kill) => kill('SIGKILL')],
  });
  expect(signal).toBe('SIGKILL');
  expect(fragment).toMatchObject({ final: false, report: { status: null } });
});

test("Playwright's own time limit is told", async () => {
  const { fragment } = await play({
    files: { 'a.spec.mjs': SLOW },
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
    files: { 'a.spec.mjs': ONE },
    args: ['--grep', 'ZZZ', '--pass-with-no-tests'],
  });
  expect(code).toBe(0);
  expect(fragment?.attempts).toEqual([]);
});

test('started by hand: beside the test results; a mere list writes nothing', async () => {
  const { fragment } = await play({ files: { 'a.spec.mjs': ONE }, run: false });
  expect(fragment).toMatchObject({ final: true, run: 'by-hand', session: 0 });
  const listed = await play({ files: { 'a.spec.mjs': ONE }, run: false, args: ['--list'] });
  expect(listed.fragment).toBeUndefined();
});

test('tests in projects that are not ours are left alone', async () => {
  const { fragment } = await play({
    files: { 'a.spec.mjs': `${PRELUDE} test('plain', () => {});` },
    config: `projects: [{ name: 'unit' }],`,
  });
  expect(fragment).toMatchObject({ final: true, attempts: [], faults: [], report: { projects: [] } });
});

describe('a reporter that edits results before ours does not have the first word', () => {
  const ADDS = 'one that only adds to them is left in peace';
  /** The title of a test -> what is done to its result. */
  const AT_ITS_END: Readonly<Record<string, string>> = {
    'at the end of a test': 'r.status = "passed"; r.errors = []; r.error = undefined;',
    'in place': 'r.status = "passed"; r.errors.length = 0; r.steps.length = 0;',
    'and the steps': 'r.status = "passed"; r.errors = []; for (const step of r.steps) { delete step.error; }',
    [ADDS]: 'r.duration = 1; r.annotations.push({ type: "owner", description: "shop" });',
  };
  const AT_THE_END = 'of all tests at the end';
  const titles = [...Object.keys(AT_ITS_END), AT_THE_END];
  const idOf = (title: string): string => title.replaceAll(' ', '-');
  let fragment: Played['fragment'];

  // One start for all of them: each edits the result of a test of its own.
  beforeAll(async () => {
    const tests = titles.map(
      (title) => `test('${title}', of('${idOf(title)}'), () => { expect(1).toBe(2); });`,
    );
    const edits = Object.entries(AT_ITS_END).map(([title, code]) => `'${title}': (r) => { ${code} }`);
    const hooks = `onBegin(c, s) { this.s = s; }
      onTestEnd(t, r) { edits[t.title]?.(r); }
      onEnd() {
        for (const t of this.s.allTests().filter((one) => one.title === '${AT_THE_END}'))
          for (const r of t.results) { r.status = "passed"; r.errors = []; }
      }`;
    ({ fragment } = await play({
      files: {
        'a.spec.mjs': [PRELUDE, ...tests].join('\n'),
        'r.mjs': `const edits = { ${edits.join(', ')} };\n${reporter(hooks)}`,
      },
      reporters: { before: ['./r.mjs'] },
    }));
  });

  test.each(titles)('%s', (title) => {
    const attempt = fragment?.attempts.find(({ check }) => check === idOf(title));
    expect(attempt?.status).toBe('failed');
    expect(attempt?.errors.map(({ kind }) => kind)).toEqual(['assertion']);
    const faults = fragment?.faults.filter(({ check }) => check === idOf(title));
    expect(faults?.map(({ kind }) => kind)).toEqual(title === ADDS ? [] : ['reporter']);
  });
});

describe('a comparison with a snapshot that the configuration switches off is none', () => {
  const SNAP = `${PRELUDE} test('one', of('one'), () => { expect(1).toBe(1); expect('b').toMatchSnapshot('s.txt'); });`;
  const files = { 'a.spec.mjs': SNAP, 'a.spec.mjs-snapshots/s-suites-linux.txt': 'a' };
  const settings: [string, string[]][] = [
    ['ignoreSnapshots: true,', []],
    [`updateSnapshots: 'all',`, []],
    [`updateSnapshots: 'changed',`, []],
    [`updateSnapshots: 'none',`, ['--update-snapshots=all']],
  ];
  eachUsually(
    ['ignoreSnapshots: true,', `updateSnapshots: 'all',`],
    settings,
    '%s %j',
    async (config, args) => {
      const { fragment } = await play({ files, config, args });
      expect(fragment?.attempts[0]).toMatchObject({ status: 'passed', errors: [{ kind: 'other' }] });
      expect(fragment?.attempts[0]?.errors[0]?.message).toContain('Snapshots');
    },
  );

  test('one that is compared counts', async () => {
    const same = { ...files, 'a.spec.mjs-snapshots/s-suites-linux.txt': 'b' };
    const { fragment } = await play({ files: same });
    expect(fragment?.attempts[0]).toMatchObject({ status: 'passed', errors: [], comparisons: 2 });
  });
});
