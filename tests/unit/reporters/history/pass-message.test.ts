import { expect, test } from 'vitest';
import { changesOf } from '../../../../contract/history/changes.ts';
import type { RunRecord } from '../../../../contract/history/run-record.ts';
import { isNews, type PassNews } from '../../../../reporters/history/pass-message.ts';
import { runRecord } from '../../../history/run-record.ts';

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
