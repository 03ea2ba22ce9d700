import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../../../contract/evidence/evidence.ts';
import { Finding } from '../../../../contract/evidence/finding.ts';
import type { RecordedSpecTest, SpecRecord } from '../../../../contract/evidence/spec-record.ts';
import type { SpecCheck } from '../../../../contract/plan/spec-check.ts';
import { specFinding, type SpecSeen } from '../../../../run/user-specs/spec-finding.ts';
import type { SpecEnd } from '../../../../run/user-specs/run-spec.ts';
import { attempt, planned } from '../../reporters/evidence-builders.ts';

const CHECK = planned('basket-works', { source: 'spec' });
const SPEC: SpecCheck = {
  id: 'basket-works',
  title: 'The basket works',
  phases: ['post-cutover'],
  spec: 'e2e/basket.spec.ts',
  env: {},
  allowSkipped: false,
  timeoutMinutes: 10,
};

function tried(overrides: Partial<Attempt> = {}): Attempt {
  return attempt('basket-works', { findings: [], comparisons: 1, ...overrides });
}

function one(
  title: string,
  attempts: readonly Attempt[],
  more: Partial<RecordedSpecTest> = {},
): RecordedSpecTest {
  const place = { project: '', at: `e2e/basket.spec.ts:${title.length}`, paths: ['/e2e/basket.spec.ts'] };
  return { title, ...place, failedAsExpected: null, attempts: [...attempts], ...more };
}

const error = (message: string, kind: Attempt['errors'][number]['kind'] = 'other') => ({ message, kind });
const PASSED = one('holds', [tried()]);
const FAILED = one('fails', [tried({ status: 'failed', errors: [error('Error: expected 2', 'assertion')] })]);
const BROKEN = one('throws', [
  tried({ status: 'failed', errors: [error('TypeError: x is not a function')] }),
]);
const SKIPPED = one('skips', [tried({ status: 'skipped', errors: [error('skip: later')], comparisons: 0 })]);
const EMPTY = one('compares nothing', [tried({ comparisons: 0 })]);
const NOBODY: Partial<Attempt> = {
  status: 'failed',
  errors: [error('Error: connect ECONNREFUSED 127.0.0.1:9', 'connection')],
};
const UNANSWERED = one('meets nobody', [tried({ ...NOBODY, control: 'answers' })]);
const CUT_OFF = one('meets nobody', [tried({ ...NOBODY, control: 'silent' })]);
const KNOWN = one('fails as known', [tried({ status: 'expected-failure' })], { failedAsExpected: true });
const HEALED = one('is healed', [tried({ status: 'expected-failure' })], { failedAsExpected: false });
const AGAIN = one('holds again', [
  tried({ status: 'failed', errors: [error('Error: expected 2', 'assertion')] }),
  tried({ retry: 1 }),
]);

interface Given {
  readonly record?: Partial<SpecRecord>;
  readonly end?: Partial<SpecEnd>;
  readonly spec?: Partial<SpecCheck>;
  readonly seen?: Partial<SpecSeen>;
}

function judged(tests: readonly RecordedSpecTest[], { record, end, spec, seen }: Given = {}): Finding {
  const finding = specFinding({
    spec: { ...SPEC, ...spec },
    check: CHECK,
    urls: ['https://shop.example.com/v2/'],
    elsewhere: ['https://shop.example.com/v1/', 'https://tracker.example.com'],
    paths: ['/e2e/basket.spec.ts'],
    configFile: '/e2e/playwright.config.ts',
    end: {
      exitCode: 0,
      signal: null,
      late: false,
      lastLines: [],
      record: {
        schema: 'greenlight/spec-record@1',
        final: true,
        status: 'passed',
        shard: false,
        failsOnFlaky: false,
        addresses: ['https://shop.example.com/v2'],
        tests: [...tests],
        errors: [],
        others: [],
        ...record,
      },
      ...end,
    },
    ...seen,
  });
  return Finding.parse(finding);
}

const RED: Partial<SpecEnd> = { exitCode: 1 };
const at = (address: string): Given => ({ record: { addresses: [address] } });

test.each([
  ['https://shop.example.com'],
  ['https://shop.example.com/v2/de/'],
  ['HTTPS://SHOP.example.com:443/v2'],
])('an address of the target is asked: %s', (address) => {
  expect(judged([PASSED], at(address))).toMatchObject({ outcome: 'pass' });
});

test('a project is named as Playwright takes it', () => {
  const mobile = one('holds', [tried()], { project: 'Mobile Safari' });
  expect(judged([PASSED, mobile], { spec: { projects: ['mobile*'] } })).toMatchObject({ outcome: 'pass' });
});

test('tests that compared something and hold are a pass, counted', () => {
  expect(judged([PASSED, PASSED, KNOWN])).toMatchObject({
    outcome: 'pass',
    sampleSize: 2,
    summary: '2 tests passed, 1 failed as expected',
  });
});

test.each<readonly [string, readonly RecordedSpecTest[], Given]>([
  ['alone', [FAILED], { end: RED }],
  ['among others that are worse', [PASSED, BROKEN, SKIPPED, FAILED], { end: RED }],
  ['although the others had no more time', [FAILED], { end: { exitCode: 1, late: true } }],
  [
    'although Playwright died after it',
    [FAILED],
    { end: { exitCode: null, signal: 'SIGKILL' }, record: { final: false } },
  ],
  ['that got no answer while our network works', [UNANSWERED], { end: RED }],
])('a test that failed is a fail: %s', (_, tests, given) => {
  expect(judged(tests, given)).toMatchObject({ outcome: 'fail' });
});

describe('is unknown, with its cause:', () => {
  test.each<readonly [string, string, readonly RecordedSpecTest[], Given]>([
    ['a test that threw', 'broken-test', [PASSED, BROKEN], { end: RED }],
    ['a test that compared nothing', 'compared-nothing', [PASSED, EMPTY], {}],
    ['a test that got no answer, and neither did we', 'own-network', [CUT_OFF], {}],
    ['no test in one of its projects', 'no-tests', [PASSED], { spec: { projects: ['mobile*'] } }],
    ['a test that does not fail as it should', 'expected-to-fail', [PASSED, HEALED], { end: RED }],
    ['nothing but known failures', 'compared-nothing', [KNOWN], {}],
    ['a skipped test', 'skipped', [PASSED, SKIPPED], {}],
    [
      'all skipped, although that is allowed',
      'skipped',
      [SKIPPED, SKIPPED],
      { spec: { allowSkipped: true } },
    ],
    [
      'a test that never came to its turn',
      'not-run',
      [
        PASSED,
        one('waits', [tried({ status: 'no-result', errors: [error('was announced and never started')] })]),
      ],
      { end: RED },
    ],
    ['no test', 'no-tests', [], { record: { errors: ['Error: No tests found'] }, end: RED }],
    [
      'no test in one of its files',
      'no-tests',
      [PASSED],
      {
        spec: { spec: ['a.spec.ts', 'b.spec.ts'] },
        seen: { paths: ['/e2e/basket.spec.ts', '/e2e/b.spec.ts'] },
      },
    ],
    [
      'a file that does not load',
      'spec-not-loaded',
      [],
      { record: { errors: ['SyntaxError: x', 'Error: No tests found'] }, end: RED },
    ],
    [
      'an error outside of tests',
      'error-outside-tests',
      [PASSED],
      { record: { errors: ['Error: tear-down'] }, end: RED },
    ],
    [
      'a set-up that failed',
      'set-up-broke',
      [PASSED],
      { record: { others: ['setup › logs in: Error: 401'] }, end: RED },
    ],
    ['one shard', 'only-a-part', [PASSED], { record: { shard: true } }],
    [
      'an interruption',
      'interrupted',
      [PASSED],
      { record: { status: 'interrupted' }, end: { exitCode: 130 } },
    ],
    [
      'a Playwright that died',
      'playwright-broke',
      [PASSED],
      { record: { final: false, status: null }, end: { exitCode: null, signal: 'SIGKILL' } },
    ],
    [
      'a process that ended early with 0',
      'playwright-broke',
      [PASSED],
      { record: { final: false, status: null } },
    ],
    [
      'too little time',
      'timed-out',
      [PASSED],
      { end: { exitCode: 130, late: true }, record: { status: 'interrupted' } },
    ],
    ['a reporter that says otherwise', 'contradiction', [PASSED], { end: RED }],
    ['a status that says otherwise', 'contradiction', [PASSED], { record: { status: 'failed' } }],
    [
      'another system, whatever the tests say',
      'other-target',
      [FAILED],
      { record: { addresses: ['http://localhost:3000'] } },
    ],
    ['old, on the same host', 'other-target', [PASSED], at('https://shop.example.com/v1/')],
    ['the same name by another scheme', 'other-target', [PASSED], at('http://shop.example.com/v2/')],
    ['an address that is none', 'other-target', [PASSED], at('/v2')],
    ['a test that held at the second try', 'failed-then-passed', [PASSED, AGAIN], {}],
    [
      'the same, where Playwright was told to fail for it',
      'failed-then-passed',
      [PASSED, AGAIN],
      { record: { failsOnFlaky: true, status: 'failed' }, end: RED },
    ],
    [
      'the same, and a red end that nothing explains',
      'contradiction',
      [PASSED, AGAIN],
      { record: { status: 'failed' }, end: RED },
    ],
    [
      'no browser',
      'browser-missing',
      [
        one('opens', [
          tried({
            status: 'failed',
            errors: [error("Error: browserType.launch: Executable doesn't exist at /x")],
          }),
        ]),
      ],
      { end: RED },
    ],
  ])('%s', (_, cause, tests, given) => {
    const finding = judged(tests, given);
    expect([finding.outcome, finding.cause], finding.summary).toEqual(['unknown', cause]);
    if (cause !== 'failed-then-passed') expect(finding.remedy).toMatch(/\w/);
  });

  test('a Playwright that came to nothing, with what it said', () => {
    const lastLines = [
      '',
      'Error: Project(s) "x" not found. Available projects: "y"',
      '    at filterProjects',
    ];
    const { outcome, cause, summary } = judged([], { end: { exitCode: 1, lastLines, record: undefined } });
    expect([outcome, cause]).toEqual(['unknown', 'playwright-broke']);
    expect(summary).toBe(
      'Playwright ended with code 1 before it ran a test: Error: Project(s) "x" not found. Available projects: "y"',
    );
  });
});

test('skipped tests are let pass where the plan says so', () => {
  expect(judged([PASSED, SKIPPED], { spec: { allowSkipped: true } })).toMatchObject({
    outcome: 'pass',
    summary: '1 test passed, 1 skipped, which the plan allows',
  });
});

test('the report names the tests that did not pass first, and counts those that it leaves out', () => {
  const many = [...Array.from({ length: 150 }, () => PASSED), BROKEN];
  const { detail } = judged(many, { end: RED });
  if (detail?.kind !== 'spec') throw new Error('no report');
  expect(detail.spec.tests).toHaveLength(100);
  expect(detail.spec.tests[0]).toMatchObject({ title: 'throws', outcome: 'unknown' });
  expect(detail.spec).toMatchObject({ more: 51, counts: { passed: 150, unknown: 1, failed: 0 } });
});
