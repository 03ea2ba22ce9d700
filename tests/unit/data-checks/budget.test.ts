import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { budgetEnd } from '../../../data-checks/budget.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-budget-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a worker that replaces another one gets what is left, not all of it', () => {
  const end = budgetEnd(5, directory);
  expect(end).toBeGreaterThan(Date.now() + 4 * 60_000);
  expect(budgetEnd(5, directory)).toBe(end);
  expect(readdirSync(directory)).toEqual(['data-budget-began']);
});

test.each(['', 'no number', String(Date.now() + 3_600_000)])(
  'a moment that cannot be (%j) leaves no time',
  (text) => {
    writeFileSync(path.join(directory, 'data-budget-began'), text);
    expect(budgetEnd(5, directory)).toBeLessThanOrEqual(Date.now());
  },
);

test('without a run, every process has its own', () => {
  expect(budgetEnd(5, undefined)).toBeGreaterThan(Date.now() + 4 * 60_000);
});
