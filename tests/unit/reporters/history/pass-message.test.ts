import { expect, test } from 'vitest';
import { changesOf } from '../../../../contract/history/changes.ts';
import type { RunRecord } from '../../../../contract/history/run-record.ts';
import { isNews, passMessage, type PassNews } from '../../../../reporters/history/pass-message.ts';
import { checkRecord, runRecord } from '../../../history/run-record.ts';

function news(record: RunRecord, before: readonly RunRecord[]): PassNews {
  return { record, before, changes: changesOf(before, record), told: [], problems: [], report: 'index.html' };
}

test('test data that stays on the target is told although the policy bears it, and nothing is while all is well', () => {
  const before = [runRecord()];
  expect(isNews(news(runRecord({ run: 'b' }), before))).toBe(false);
  const left = runRecord({ run: 'b', leftovers: 2 });
  expect(isNews(news(left, before))).toBe(true);
  expect(isNews(news(left, before), true)).toBe(false);
});

test('what failed and passes is ok again; what finds nothing to look at any more is not', () => {
  const told = (was: 'fail' | 'pass', now: 'pass' | 'not-applicable'): string =>
    passMessage(
      news(runRecord({ run: 'b', checks: [checkRecord({ outcome: now })] }), [
        runRecord({ checks: [checkRecord({ outcome: was })] }),
      ]),
    );
  expect(told('fail', 'pass')).toContain('  ok again: checkout-works (was fail)');
  expect(told('pass', 'not-applicable')).toContain('  does not apply: checkout-works (was pass)');
});
