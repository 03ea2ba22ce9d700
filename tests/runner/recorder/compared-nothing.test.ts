import { beforeAll, expect, test } from 'vitest';
import type { Attempt } from '../../../contract/evidence/evidence.ts';
import { play, PRELUDE, type Played, withoutTypes } from './play.ts';

/** Own tests: id, body, how many comparisons held. */
const BODIES: readonly (readonly [string, string, number])[] = [
  ['holds', 'expect(1).toBe(1);', 1],
  ['holds-with-words', 'expect(1, "one is one").toBe(1);', 1],
  ['empty', '', 0],
  ['returns-early', 'if (Date.now() > 0) return; expect(1).toBe(1);', 0],
  ['to-pass-around-nothing', 'await expect(async () => { await null; }).toPass();', 0],
  [
    'to-pass-with-words-around-nothing',
    'await expect(async () => { await null; }, "all is well").toPass();',
    0,
  ],
  [
    'to-pass-over-lines-around-nothing',
    'await expect(async () => { await null; }, "well")\n.toPass({\ntimeout: 1000 });',
    0,
  ],
  [
    'to-pass-around-to-pass-around-nothing',
    'await expect(async () => { await expect(async () => {}, "well").toPass(); }).toPass();',
    0,
  ],
  [
    'to-pass-with-words-and-expect',
    'await expect(async () => { expect(1).toBe(1); }, "all is well").toPass();',
    1,
  ],
  [
    'to-pass-at-the-second-try',
    'let n = 0; await expect(() => { expect(n++).toBe(1); }).toPass({ timeout: 2000 });',
    1,
  ],
  ['poll-with-words', 'await expect.poll(() => 1, "one is one").toBe(1);', 1],
];

/** Flows: id, body, ids of the page steps that the finding names, what the finding must say. */
const FLOWS: readonly (readonly [string, string, readonly string[], string])[] = [
  [
    'page-steps-that-compare',
    `await test.step('page: one', async () => { await test.step('page: inner', async () => { expect(1).toBe(1); }); });
     await test.step('page: two', async () => { await expect(async () => { expect(1).toBe(1); }).toPass(); });`,
    ['one', 'two'],
    'pass',
  ],
  [
    'page-step-without-expect',
    `await test.step('page: one', async () => { expect(1).toBe(1); });
     await test.step('page: two', async () => { await null; });`,
    ['one', 'two'],
    'unknown',
  ],
  [
    'page-step-around-nothing',
    `await test.step('page: one', async () => { await expect(async () => {}, 'well').toPass(); }); expect(1).toBe(1);`,
    ['one'],
    'unknown',
  ],
  ['page-step-that-nobody-saw', `expect(1).toBe(1);`, ['one'], 'unknown'],
];

const HOOKS = `
  test.describe('good hooks', () => {
    test.beforeEach(() => { expect(1).toBe(1); });
    test.afterEach(() => { expect(1).toBe(1); });
    test('hook alone', of('expect-only-in-hooks'), () => {});
  });
  const fixed = test.extend<{ sure: void }>({ sure: async ({}, use) => { expect(1).toBe(1); await use(); } });
  fixed('fixture alone', of('expect-only-in-a-fixture'), ({ sure }) => {});
  const flowFinding = (check: string, ids: string[]) => ({ check, outcome: 'pass', summary: 'All held', detail: { kind: 'flow',
    steps: ids.map(id => ({ id, kind: 'page', outcome: 'pass', durationMs: 1, budgetMs: 1000, statements: [] })) } });
`;

let played: Played;
beforeAll(async () => {
  const own = BODIES.map(([id, body]) => `test('${id}', of('${id}'), async () => { ${body} });`);
  const flows = FLOWS.map(
    ([id, body, steps]) =>
      `test('${id}', of('${id}'), async ({}, info) => { ${body}; await find(info, flowFinding('${id}', ${JSON.stringify(steps)})); });`,
  );
  played = await play({
    files: { 'a.spec.mjs': withoutTypes([PRELUDE, HOOKS, ...own, ...flows].join('\n')) },
  });
});

function attemptOf(id: string): Attempt | undefined {
  return played.fragment?.attempts.find((attempt) => attempt.check === id);
}

test.each([
  ...BODIES.map(([id, , comparisons]) => [id, comparisons] as const),
  ['expect-only-in-hooks', 0] as const,
  ['expect-only-in-a-fixture', 0] as const,
])('%s holds %i comparisons', (id, comparisons) => {
  expect(attemptOf(id), played.output).toMatchObject({ status: 'passed', comparisons, errors: [] });
});

test.each(FLOWS)('the finding of %s', (id, _body, _steps, outcome) => {
  const [finding] = attemptOf(id)?.findings ?? [];
  expect([finding?.outcome, finding?.cause]).toEqual([
    outcome,
    outcome === 'pass' ? undefined : 'compared-nothing',
  ]);
});
