import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { CannotTell } from '../../../suites/cannot-tell.ts';
import { readCtrf } from '../../../suites/test-reports/ctrf.ts';
import { summarizeReport } from '../../../suites/test-reports/summarize-report.ts';
import { readJunit } from '../../../suites/test-reports/junit.ts';
import { readPlaywrightJson } from '../../../suites/test-reports/playwright-json.ts';
import type { ForeignTest } from '../../../suites/test-reports/test-report.ts';

type Wanted = Partial<Parameters<typeof summarizeReport>[1]>;

/** `pass`, `fail`, or the word for why nobody can tell. */
function wordFor(tests: readonly ForeignTest[], wanted: Wanted = {}, errors: readonly string[] = []): string {
  try {
    const { wrong } = summarizeReport({ tests, errors }, { atLeast: 1, allowedSkips: 0, ...wanted });
    return wrong === undefined ? 'pass' : 'fail';
  } catch (error) {
    if (error instanceof CannotTell) return error.word;
    throw error;
  }
}

const tests = (...outcomes: readonly ForeignTest['outcome'][]): readonly ForeignTest[] =>
  outcomes.map((outcome, at) => ({ name: `test ${at}`, outcome }));

describe('a test suite', () => {
  test.each<[string, readonly ForeignTest[], Wanted, string]>([
    ['all passed', tests('passed', 'passed'), {}, 'pass'],
    ['one failed', tests('passed', 'failed'), {}, 'fail'],
    ['one failed and one broke', tests('failed', 'broken'), {}, 'fail'],
    ['one broke', tests('passed', 'broken'), {}, 'tests-broken'],
    ['one was flaky', tests('passed', 'flaky'), {}, 'tests-flaky'],
    ['one failed as its author expects', tests('passed', 'failed-as-expected'), {}, 'pass'],
    ['one was skipped', tests('passed', 'skipped'), {}, 'tests-skipped'],
    ['one was skipped, which is allowed', tests('passed', 'skipped'), { allowedSkips: 1 }, 'pass'],
    [
      'two were skipped, and one is allowed',
      tests('passed', 'skipped', 'skipped'),
      { allowedSkips: 1 },
      'tests-skipped',
    ],
    ['fewer passed than are wanted', tests('passed'), { atLeast: 2 }, 'too-few-tests'],
    ['as many passed as are wanted', tests('passed', 'passed'), { atLeast: 2 }, 'pass'],
    ['none ran', [], {}, 'too-few-tests'],
    ['all were skipped, which is allowed', tests('skipped'), { allowedSkips: 9 }, 'too-few-tests'],
    ['none passed, as expected', tests('failed-as-expected'), {}, 'too-few-tests'],
    [
      'one could not reach the target, or whatever it asks',
      [{ name: 'x', outcome: 'failed', message: 'Error: connect ECONNREFUSED 127.0.0.1:1' }],
      {},
      'tests-broken',
    ],
  ])('of which %s', (_, given, wanted, word) => {
    expect(wordFor(given, wanted)).toBe(word);
  });

  test('whose set-up broke', () => {
    expect(wordFor(tests('passed'), {}, ['Error: no database'])).toBe('tests-broken');
    expect(wordFor(tests('failed'), {}, ['Error: no database'])).toBe('fail');
  });

  test('names the first test that failed', () => {
    const given: readonly ForeignTest[] = [
      { name: 'pays', outcome: 'failed', message: 'expected 200, got 500' },
      ...tests('passed', 'failed'),
    ];
    const { wrong, judged } = summarizeReport({ tests: given, errors: [] }, { atLeast: 1, allowedSkips: 0 });
    expect(wrong).toBe('2 of 3 tests failed: pays: expected 200, got 500');
    expect(judged).toBe(3);
  });
});

test('a report in CTRF', () => {
  const statuses = ['passed', 'failed', 'skipped', 'pending', 'other', 'passed'];
  const report = readCtrf({
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    results: {
      tool: { name: 'jest' },
      summary: { tests: 6, passed: 2, failed: 1, skipped: 1, pending: 1, other: 1, start: 0, stop: 0 },
      tests: statuses.map((status, at) => ({
        name: `test ${at}`,
        status,
        duration: 1,
        ...(status === 'failed' && { message: '\u001b[31mexpected 3\u001b[39m\n  at x.ts' }),
        ...(at === 5 && { flaky: true, retries: 1 }),
      })),
    },
  });
  expect(report).toMatchObject({ saidTests: 6, startedAt: undefined });
  expect(report.tests.map(({ outcome }) => outcome)).toEqual([
    'passed',
    'failed',
    'skipped',
    'skipped',
    'broken',
    'flaky',
  ]);
  expect(report.tests[1]?.message).toBe('expected 3');
  expect(() => readCtrf({ results: { tests: [] } })).toThrow();
});

test('a report in CTRF whose tests ran out of time, or whose list is short of what failed', () => {
  const read = (tests: readonly Readonly<Record<string, unknown>>[], failed?: number) =>
    readCtrf({ results: { summary: { tests: tests.length, failed }, tests } });
  const timedOut = [
    { name: 'a', status: 'failed', rawStatus: 'timedOut' },
    { name: 'b', status: 'failed', message: 'Test timeout of 30000ms exceeded.' },
    { name: 'c', status: 'failed', message: 'expected 3' },
  ];
  expect(read(timedOut).tests.map(({ outcome }) => outcome)).toEqual(['broken', 'broken', 'failed']);
  const passed = [{ name: 'a', status: 'passed' }];
  expect(read(passed, 0).errors).toEqual([]);
  expect(read(passed, 2).errors).toEqual(['its summary counts 2 failed tests, and its list has fewer']);
});

test('a throw beside an expect is none that failed, though Playwright shows the lines around it', () => {
  const outcomeOf = (message: string) => {
    const results = [{ status: 'failed', errors: [{ message }] }];
    const test = { expectedStatus: 'passed', status: 'unexpected', results };
    return readPlaywrightJson({
      suites: [{ title: 'a.spec.ts', specs: [{ title: 't', tests: [test] }] }],
      errors: [],
      stats: { startTime: '2026-11-20T02:00:00Z', expected: 0, unexpected: 1, skipped: 0, flaky: 0 },
    }).tests[0]?.outcome;
  };
  const frame =
    '\n\n  3 |   await expect(page).toHaveTitle(/x/);\n> 4 |   await seed();\n    |         ^\n    at a.spec.ts:4:9';
  expect(outcomeOf(`Error: no database${frame}`)).toBe('broken');
  expect(outcomeOf(`Error: \u001b[2mexpect(\u001b[22mreceived).toBe(expected)\n\nExpected: 2${frame}`)).toBe(
    'failed',
  );
});

test('a report that Playwright wrote', () => {
  const file = path.join(import.meta.dirname, 'fixtures/playwright-report.json');
  const report = readPlaywrightJson(JSON.parse(readFileSync(file, 'utf8')));
  expect(Object.fromEntries(report.tests.map(({ name, outcome }) => [name, outcome]))).toEqual({
    'suite.spec.ts › holds': 'passed',
    'suite.spec.ts › does not hold': 'failed',
    'suite.spec.ts › throws': 'broken',
    'suite.spec.ts › takes too long': 'broken',
    'suite.spec.ts › is skipped': 'skipped',
    'suite.spec.ts › fails as expected': 'failed-as-expected',
    'suite.spec.ts › should fail and does not': 'broken',
    'suite.spec.ts › inner › holds the second time': 'flaky',
  });
  expect(report.saidTests).toBe(report.tests.length);
  expect(report.startedAt).toBeGreaterThan(0);
  expect(report.errors).toEqual([]);
  expect(() => readPlaywrightJson({ suites: [] })).toThrow();
});

describe('a report in the XML of JUnit', () => {
  const suite = (inner: string, attributes = ''): string =>
    `<?xml version="1.0"?>\n<testsuites ${attributes}><testsuite name="s">${inner}</testsuite></testsuites>`;
  const one = async (inner: string): Promise<ForeignTest | undefined> =>
    (await readJunit(suite(inner))).tests[0];

  test.each<[string, string, ForeignTest]>([
    ['passed', '<testcase classname="a.b" name="pays"/>', { name: 'a.b › pays', outcome: 'passed' }],
    [
      'failed, as pytest says it',
      '<testcase name="x"><failure message="assert 1 == 2">trace</failure></testcase>',
      { name: 'x', outcome: 'failed', message: 'assert 1 == 2' },
    ],
    [
      'failed, said in the text alone',
      '<testcase name="x"><failure><![CDATA[\nexpected <2>\nat x.js]]></failure></testcase>',
      { name: 'x', outcome: 'failed', message: 'expected <2>' },
    ],
    [
      'broke: an error is no assertion',
      '<testcase name="x"><error message="KeyError: &apos;x&apos;"/></testcase>',
      { name: 'x', outcome: 'broken', message: "KeyError: 'x'" },
    ],
    [
      'failed and then broke in its end',
      '<testcase name="x"><failure message="no"/><error message="teardown"/></testcase>',
      { name: 'x', outcome: 'failed', message: 'no' },
    ],
    [
      'ran out of time',
      '<testcase name="x"><failure message="Test timeout of 30000ms exceeded."/></testcase>',
      { name: 'x', outcome: 'broken', message: 'Test timeout of 30000ms exceeded.' },
    ],
    ['skipped', '<testcase name="x"><skipped/></testcase>', { name: 'x', outcome: 'skipped' }],
    ['left out, in GoogleTest', '<testcase name="x" status="notrun"/>', { name: 'x', outcome: 'skipped' }],
    [
      'is marked, and says nothing of what was wrong',
      '<testcase name="x" status="run" result="Failed"/>',
      { name: 'x', outcome: 'broken', message: 'Failed' },
    ],
    [
      'ran, in GoogleTest',
      '<testcase name="x" status="run" result="completed"/>',
      { name: 'x', outcome: 'passed' },
    ],
    [
      'passed when Surefire repeated it',
      '<testcase name="x"><flakyFailure message="once"/></testcase>',
      { name: 'x', outcome: 'flaky', message: 'once' },
    ],
    [
      'in a suite of a suite',
      '<testsuite name="inner"><testcase name="x"/></testsuite>',
      { name: 'x', outcome: 'passed' },
    ],
  ])('with a test that %s', async (_, inner, wanted) => {
    expect(await one(inner)).toMatchObject(wanted);
  });

  test('says how many tests it has, and when they began', async () => {
    const said = await readJunit(suite('<testcase name="x"/>', 'tests="7" timestamp="2026-11-20T02:00:00Z"'));
    expect(said).toMatchObject({ saidTests: 7, startedAt: Date.parse('2026-11-20T02:00:00Z') });
    // The time of some machine, without its zone, may be any moment.
    const local = await readJunit(
      '<testsuite tests="1" timestamp="2026-11-20T02:00:00"><testcase name="x"/></testsuite>',
    );
    expect(local).toMatchObject({ saidTests: 1, startedAt: undefined });
    const two =
      '<testsuites><testsuite tests="1"><testcase name="x"/></testsuite><testsuite tests="2"/></testsuites>';
    expect((await readJunit(two)).saidTests).toBe(3);
  });

  test.each([
    ['counts more than it lists', suite('<testcase name="x"/>', 'failures="0" errors="1"')],
    [
      'counts more in a suite of a suite than it lists',
      '<testsuites><testsuite><testsuite name="b" errors="1"><testcase name="x"/></testsuite></testsuite></testsuites>',
    ],
    ['has an error outside of any test', suite('<testcase name="x"/><error message="set-up"/>')],
  ])('that %s is broken', async (_, text) => {
    const report = await readJunit(text);
    expect(wordFor(report.tests, {}, report.errors)).toBe('tests-broken');
  });

  test.each([
    ['cut in the middle', suite('<testcase name="x"/>').slice(0, -9)],
    ['no XML', '{"numFailedTests": 0}'],
    ['another document', '<html><body/></html>'],
    ['empty', ''],
    [
      'with an entity of its own',
      '<!DOCTYPE t [<!ENTITY e "boom">]><testsuite><testcase name="&e;"/></testsuite>',
    ],
  ])('that is %s is none', async (_, text) => {
    await expect(readJunit(text)).rejects.toThrow();
  });

  test('as the test runner of Node writes it', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-junit-'));
    try {
      const file = path.join(directory, 'a.test.mjs');
      writeFileSync(
        file,
        `import test from 'node:test'; import assert from 'node:assert';
test('holds', () => {}); test.skip('later', () => {}); test('differs', () => assert.equal(1, 2));`,
      );
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const { stdout } = spawnSync(process.execPath, ['--test', '--test-reporter=junit', file], {
        env,
        encoding: 'utf8',
      });
      const { tests: found, errors } = await readJunit(stdout);
      expect(found.map(({ outcome }) => outcome)).toEqual(['passed', 'skipped', 'failed']);
      expect(errors).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
