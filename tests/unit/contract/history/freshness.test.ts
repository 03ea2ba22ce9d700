import { expect, test } from 'vitest';
import { freshnessOf, statusDecision } from '../../../../contract/history/freshness.ts';
import type { RunRecord } from '../../../../contract/history/run-record.ts';
import { runRecord } from '../../../history/run-record.ts';

const NOW = '2026-11-30T10:05:00.000Z';
const MAX_AGE_MS = 11 * 60_000;

function said(records: readonly RunRecord[], expected: readonly string[] = [], damaged = false): string {
  return statusDecision(freshnessOf(records, expected, MAX_AGE_MS, NOW), damaged);
}

const noGo = runRecord({ run: 'r2', location: 'iad', decision: 'NO_GO' });

test('a fresh run says what it said; one that is old, ahead or missing says that nobody can tell', () => {
  expect(said([runRecord()])).toBe('GO');
  expect(said([])).toBe('INCONCLUSIVE');
  expect(said([runRecord({ startedAt: '2026-11-30T09:00:00.000Z' })])).toBe('INCONCLUSIVE');
  expect(said([runRecord({ startedAt: '2026-11-30T11:00:00.000Z' })])).toBe('INCONCLUSIVE');
  expect(said([runRecord()], ['default', 'iad'])).toBe('INCONCLUSIVE');
  expect(said([runRecord(), noGo], ['default', 'iad'])).toBe('NO_GO');
});

test('a newest record that cannot be read may have been anything: no GO, and a NO_GO beside it stays', () => {
  expect(said([runRecord()], [], true)).toBe('INCONCLUSIVE');
  expect(said([runRecord(), noGo], ['default', 'iad'], true)).toBe('NO_GO');
});
