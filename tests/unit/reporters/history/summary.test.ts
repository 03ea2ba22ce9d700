import { expect, test } from 'vitest';
import type { RunRecord } from '../../../../contract/history/run-record.ts';
import { summaryOf } from '../../../../reporters/history/summary-markdown.ts';
import { checkRecord, runRecord } from '../../../history/run-record.ts';

function headline(...records: readonly RunRecord[]): string {
  return summaryOf({
    target: 'shop',
    name: 'hourly',
    from: '2026-11-30T09:00:00.000Z',
    to: '2026-11-30T10:00:00.000Z',
    records,
    earlier: [],
    damaged: [],
  }).headline;
}

const failed = checkRecord({ outcome: 'fail' });
const noGo = runRecord({ run: 'a', decision: 'NO_GO', checks: [failed] });

test('what ended well says so, and whether it was all the time', () => {
  expect(headline(runRecord(), runRecord({ run: 'b' }))).toBe('All runs were GO.');
  expect(headline(noGo, runRecord({ run: 'b' }))).toBe('Well at the end, and not all the time.');
  expect(headline()).toBe('Nobody looked: no run came to a decision.');
});

test('a place that fails is not well because another one looked after it', () => {
  const elsewhere = runRecord({ run: 'b', location: 'iad' });
  expect(headline(noGo, elsewhere)).toBe('Not well at the end: NO_GO from default.');
});

test('a run in which no check came to its turn is not well, and a start that was skipped says nothing', () => {
  const broken = runRecord({
    run: 'b',
    decision: 'INCONCLUSIVE',
    checks: [checkRecord({ outcome: 'not-run' })],
  });
  const skipped = runRecord({
    run: 'c',
    decision: null,
    checks: [],
    skipped: { kind: 'overlap', reason: 'another run' },
  });
  expect(headline(runRecord(), broken, skipped)).toBe('Not well at the end: INCONCLUSIVE from default.');
});
