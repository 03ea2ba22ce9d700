import { expect, test } from 'vitest';
import { GreenlightError, type Problem } from '../../../../contract/errors.ts';
import { checksOf } from '../../../../contract/plan/checks.ts';
import { parsePlan, type PlanInput } from '../../../../contract/plan/plan.ts';

type SpecInput = NonNullable<PlanInput['specs']>[number];

function planWith(spec: Partial<SpecInput>, more: Partial<PlanInput> = {}): PlanInput {
  return {
    target: { name: 'shop', urls: { app: 'http://localhost:1' } },
    specs: [{ id: 'basket-works', title: 'The basket works', spec: 'e2e/basket.spec.ts', ...spec }],
    ...more,
  };
}

const LIVE: Partial<PlanInput> = { target: { name: 'shop', urls: { app: 'https://shop.example.com' } } };

function problemsOf(plan: PlanInput): readonly Problem[] {
  try {
    parsePlan(plan);
    return [];
  } catch (error) {
    if (error instanceof GreenlightError) return error.problems;
    throw error;
  }
}

test('a spec alone makes a plan, and is one check of the suites in its phases', () => {
  const plan = parsePlan(
    planWith(
      { phases: ['post-cutover', 'synthetic'] },
      { policy: { synthetic: { advisory: ['basket-works'] } } },
    ),
  );
  const ofSpec = (phase: 'post-cutover' | 'synthetic' | 'watch') =>
    checksOf(plan, phase).filter(({ source }) => source === 'spec');
  expect(ofSpec('post-cutover')).toMatchObject([
    { id: 'basket-works', title: 'The basket works', project: 'suites', severity: 'blocking' },
  ]);
  expect(ofSpec('synthetic')).toMatchObject([{ severity: 'advisory' }]);
  expect(ofSpec('watch')).toEqual([]);
});

test('an id that something else has is refused', () => {
  const [problem] = problemsOf(
    planWith({ id: 'same' }, { checks: [{ id: 'same', title: 'One of my own' }] }),
  );
  expect(problem).toMatchObject({ path: 'specs[0]', value: '"same"' });
});

test.each<readonly [string, PlanInput, string, string]>([
  ['a pattern that is none', planWith({ grep: '(' }), 'specs[0].grep', 'is no regular expression'],
  [
    'our own variables',
    planWith({ env: { GREENLIGHT_RUN: 'x' } }),
    'specs[0].env.GREENLIGHT_RUN',
    'what the answer means',
  ],
  [
    'open eyes',
    planWith({ env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } }),
    'specs[0].env.NODE_TLS_REJECT_UNAUTHORIZED',
    'what the answer means',
  ],
  [
    'silence on what it creates',
    planWith({}, LIVE),
    'specs[0].createsData',
    'cannot see whether the spec "basket-works" creates data on shop.example.com',
  ],
  [
    'creating without permission',
    planWith({ createsData: true }, LIVE),
    'specs[0]',
    'neither loopback nor allowed',
  ],
])('%s is refused, with its place and what to do', (_, plan, path, problem) => {
  const problems = problemsOf(plan);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.path).toBe(path);
  expect(problems[0]?.problem).toContain(problem);
  expect(problems[0]?.remedy).not.toBe('');
});

test.each<readonly [string, PlanInput]>([
  ['on loopback nothing needs to be said', planWith({})],
  ['who says that it only reads', planWith({ createsData: false }, LIVE)],
  [
    'who has permission',
    planWith({ createsData: true }, { ...LIVE, allow: { createData: ['shop.example.com'] } }),
  ],
])('%s: taken', (_, plan) => {
  expect(problemsOf(plan)).toEqual([]);
});
