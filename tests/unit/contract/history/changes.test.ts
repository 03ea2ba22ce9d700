import { expect, test } from 'vitest';
import { changesOf, followChanges, isChange } from '../../../../contract/history/changes.ts';
import { checkRecord, runRecord } from '../../../history/run-record.ts';

const go = runRecord({ run: 'a' });
const noGo = runRecord({ run: 'b', decision: 'NO_GO', checks: [checkRecord({ outcome: 'fail' })] });

test('a decision, an outcome and a release are changes; the same again is none', () => {
  expect(changesOf([], go).first).toBe(true);
  expect(isChange(changesOf([go], runRecord({ run: 'c' })))).toBe(false);
  expect(changesOf([go], noGo)).toEqual({
    first: false,
    decisionBefore: 'GO',
    checks: [{ id: 'checkout-works', before: 'pass', now: 'fail' }],
    release: false,
  });
  expect(isChange(changesOf([go], runRecord({ observed: { id: '2' } })))).toBe(true);
  // That it said nothing for once is no other release, and the one after it is held against what was said before.
  expect(isChange(changesOf([go], runRecord({ observed: null })))).toBe(false);
  expect(isChange(changesOf([go, runRecord({ observed: null })], runRecord({ observed: { id: '2' } })))).toBe(
    true,
  );
});

test('a check that did not run keeps its outcome, and a start that was skipped changes nothing', () => {
  const other = runRecord({ run: 'c', checks: [] });
  const skipped = runRecord({
    run: 'd',
    decision: null,
    checks: [],
    skipped: { kind: 'overlap', reason: 'another run' },
  });
  const follow = followChanges();
  const seen = [go, other, skipped, runRecord({ run: 'e' })].map((record) => isChange(follow(record)));
  expect(seen).toEqual([true, false, false, false]);
});

test('each phase and place is followed by itself', () => {
  const follow = followChanges();
  follow(go);
  expect(follow(runRecord({ location: 'iad' })).first).toBe(true);
  expect(follow(runRecord({ phase: 'watch' })).first).toBe(true);
  expect(isChange(follow(runRecord({ run: 'z' })))).toBe(false);
});
