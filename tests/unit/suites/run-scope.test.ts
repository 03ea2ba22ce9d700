import { expect, test } from 'vitest';
import { identitiesOf } from '../../../suites/run-scope.ts';

const attempt = { testId: 'a-very-long-test-id-of-playwright-0123456789', retry: 0, repeatEachIndex: 0 };
const run = (id: string) => ({ id, phase: 'post-cutover' as const });

test('identities fit into the local part of a mail address, however long the run id is', () => {
  const unique = identitiesOf(run('2026-11-21T09:04:44Z/post-cutover/0123456789abcdef'), attempt, 4_194_304);
  const made = Array.from({ length: 1000 }, () => unique());
  expect(new Set(made).size).toBe(1000);
  for (const one of made) {
    expect(one.length).toBeLessThanOrEqual(48);
    expect(one).toMatch(/^gl-[a-z0-9-]+$/);
  }
});

test('a retry, a repetition, another test, process or run never makes the same identity', () => {
  const made = [
    identitiesOf(run('r1'), attempt, 10)(),
    identitiesOf(run('r1'), { ...attempt, retry: 1 }, 10)(),
    identitiesOf(run('r1'), { ...attempt, repeatEachIndex: 1 }, 10)(),
    identitiesOf(run('r1'), { ...attempt, testId: 'other' }, 10)(),
    identitiesOf(run('r1'), attempt, 11)(),
    identitiesOf(run('r2'), attempt, 10)(),
  ];
  expect(new Set(made).size).toBe(made.length);
});
