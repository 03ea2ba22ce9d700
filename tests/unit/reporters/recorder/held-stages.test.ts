import type { FullConfig, Suite, TestCase } from '@playwright/test/reporter';
import { describe, expect, test } from 'vitest';
import type { RunContext } from '../../../../contract/evidence/run-context.ts';
import { WAITS_ANNOTATION } from '../../../../contract/evidence/stage-word.ts';
import { HeldStages } from '../../../../reporters/recorder/held-stages.ts';

const CONTEXT = {
  runDirectory: '/nowhere',
  session: 0,
  stages: [['readiness'], ['suites', 'data-checks'], ['load']],
} as unknown as RunContext;

type Made = Readonly<Record<string, readonly (readonly string[])[]>>;

/** @param made by project, the annotations of each of its tests */
function suiteOf(
  made: Made,
  more: object = {},
): { readonly suite: Suite; readonly tests: readonly TestCase[] } {
  const suites = Object.entries(made).map(([name, tests]) => ({
    title: name,
    tests: tests.map((types, index) => ({
      id: `${name}-${index}`,
      annotations: types.map((type) => ({ type })),
      retries: 0,
      _locks: [],
      ...more,
      parent: { project: () => ({ name }) },
    })),
  }));
  const tests = suites.flatMap((one) => one.tests) as unknown as TestCase[];
  return { suite: { suites, allTests: () => tests } as unknown as Suite, tests };
}

const WAITS = [WAITS_ANNOTATION];
const OURS: Made = { readiness: [WAITS, WAITS], suites: [WAITS], 'data-checks': [WAITS], load: [WAITS] };

const configOf = (changes: object = {}, names = Object.keys(OURS)): FullConfig =>
  ({
    maxFailures: 0,
    globalTimeout: 0,
    shard: null,
    projects: names.map((name) => ({ name })),
    ...changes,
  }) as unknown as FullConfig;

function held(config: FullConfig, made: Made = OURS, more: object = {}) {
  const { suite, tests } = suiteOf(made, more);
  const told: number[] = [];
  const excluded: string[] = [];
  const stages = new HeldStages(CONTEXT, (through) => told.push(through));
  const testRun = { exclude: ({ title }: { title: string }) => excluded.push(title) };
  stages.prepare({ config, suite, testRun: testRun as never });
  return { stages, suite, tests, told, excluded };
}

describe('stages in one Playwright', () => {
  test('are held where all that is later waits', () => {
    const { stages, excluded } = held(configOf());
    expect([stages.count, excluded]).toEqual([3, []]);
  });

  test.each([
    ['a run that ends early may never come to a stage', configOf({ maxFailures: 1 }), OURS],
    ['the waiting would count', configOf({ globalTimeout: 60_000 }), OURS],
    ['a shard has not all tests', configOf({ shard: { current: 1, total: 2 } }), OURS],
    ['another order', configOf({}, ['load', 'suites', 'data-checks', 'readiness']), OURS],
    ['a test that does not wait', configOf(), { ...OURS, suites: [WAITS, ['greenlight:check']] }],
  ] as const)(
    'are not, and later ones are left out, where they could hang or start: %s',
    (_why, config, made) => {
      const { stages, excluded } = held(config, made);
      expect([stages.count, excluded]).toEqual([1, ['suites', 'data-checks', 'load']]);
    },
  );

  test.each([
    ['a retry comes after its stage seems to have ended', { retries: 1 }],
    ['a lock keeps a test behind one that waits', { _locks: ['-exclusive-'] }],
  ])('are not where, of whichever test, %s', (_why, more) => {
    expect(held(configOf(), OURS, more).stages.count).toBe(1);
  });

  test('a test of the first stage need not wait', () => {
    expect(held(configOf(), { ...OURS, readiness: [[]] }).stages.count).toBe(3);
  });

  test('end one after the other, and one without tests with the one before', () => {
    const { stages, suite, tests, told } = held(configOf(), { ...OURS, suites: [], 'data-checks': [] });
    stages.begin(suite);
    const [one, two, load] = tests;
    if (!one || !two || !load) throw new Error('three tests were made');
    stages.ended(one);
    expect(told).toEqual([]);
    stages.ended(two);
    expect(told).toEqual([1]);
    stages.ended(load);
    // Nothing comes after the last one.
    expect(told).toEqual([1]);
  });

  test.each([
    ['no run', undefined],
    ['a run that orders nothing', { ...CONTEXT, stages: undefined }],
    ['a run with one stage', { ...CONTEXT, stages: [['readiness', 'suites', 'data-checks', 'load']] }],
  ])('with %s, nobody is told anything', (_what, context) => {
    const told: number[] = [];
    const stages = new HeldStages(context as RunContext | undefined, (through) => told.push(through));
    const { suite, tests } = suiteOf(OURS);
    stages.begin(suite);
    for (const one of tests) stages.ended(one);
    expect(told).toEqual([]);
  });

  test('where no test was found, no stage has had its turn', () => {
    const { stages, suite, told } = held(configOf(), {});
    stages.begin(suite);
    expect(told).toEqual([]);
  });
});
