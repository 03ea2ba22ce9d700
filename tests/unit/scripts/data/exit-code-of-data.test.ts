import { describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../../../contract/exit-codes.ts';
import { RedisMapping } from '../../../../contract/plan/redis-plan.ts';
import { StatePlan } from '../../../../contract/plan/state-plan.ts';
import { TableMapping } from '../../../../contract/plan/table-mapping.ts';
import { keyspacesFinding } from '../../../../data-checks/keyspaces-finding.ts';
import { rowsFinding } from '../../../../data-checks/rows-finding.ts';
import { stateFinding } from '../../../../data-checks/state-finding.ts';
import { addSegments, type SegmentDiff } from '../../../../data-checks/postgres/rows/add-segments.ts';
import type { TableDiff } from '../../../../data-checks/postgres/rows/table-diff.ts';
import type { StateResult } from '../../../../data-checks/postgres/state/state.ts';
import type { KeyspaceDiff } from '../../../../data-checks/redis/keyspace-diff.ts';
import {
  exitCodeOfDiff,
  exitCodeOfKeyspaces,
  exitCodeOfState,
} from '../../../../scripts/data/exit-code-of-data.ts';

const EQUAL: TableDiff = {
  ...{ old: 'public.orders', new: 'public.orders', answer: 'equal', cause: 'equal', reason: 'why' },
  ...{ oldRows: 100, newRows: 100, missing: 0, extra: 0, changed: 0, later: 0 },
  ...{ differences: [], key: ['id'], columns: ['id'], notCompared: [] },
  ...{ hash: { way: 'chain', bits: 64 }, seconds: 0.1 },
};
const UNCOUNTED = { missing: null, extra: null, changed: null };
const MAPPING = TableMapping.parse({
  ...{ id: 'orders-preserved', title: 'Every order', old: 'orders', new: 'orders', compare: 'rows' },
});

describe('a command ends as the run does with the same comparison', () => {
  test.each<[string, Partial<TableDiff>, number]>([
    ['equal rows', {}, 0],
    ['rows that were found', { answer: 'different', cause: 'rows-differ', changed: 2 }, 10],
    ['more rows', { answer: 'different', cause: 'rows-differ', oldRows: 0, extra: 5 }, 10],
    ['rows that could not be found', { answer: 'different', cause: 'not-located', ...UNCOUNTED }, 10],
    [
      'the same, of which old has none',
      { answer: 'different', cause: 'not-located', ...UNCOUNTED, oldRows: 0 },
      10,
    ],
    ['numbers alone', { answer: 'different', cause: 'counts-differ', ...UNCOUNTED, newRows: 101 }, 10],
    ['numbers in part', { answer: 'different', cause: 'rows-differ', missing: null, changed: null }, 10],
    ['a lost table', { answer: 'different', cause: 'table-missing', ...UNCOUNTED }, 10],
    ['a contradiction', { answer: 'different', cause: 'rows-differ' }, 20],
    ['sums that prove nothing', { answer: 'not-checked', cause: 'not-located', ...UNCOUNTED }, 20],
    ['rows that move', { answer: 'unstable', cause: 'unstable', ...UNCOUNTED }, 20],
    ['no rows', { answer: 'not-checked', cause: 'nothing-compared', oldRows: 0, newRows: 0 }, 20],
  ])('%s', (_, more, code) => {
    const found = { ...EQUAL, ...more };
    expect(exitCodeOfDiff({ tables: [found] }), 'data diff').toBe(code);
    expect(exitCodeOf([rowsFinding(MAPPING, found).outcome]), 'run').toBe(code);
  });

  test.each<[StateResult['answer'], 'blocking' | 'advisory' | undefined, boolean, number]>([
    ['holds', undefined, false, 0],
    ['warned', 'advisory', false, 0],
    ['broken', 'blocking', false, 10],
    ['broken', 'blocking', true, 10],
    ['not-checked', undefined, true, 20],
    ['not-checked', undefined, false, 20],
  ])('a state that is %s (finding: %s, undecided: %s)', (answer, severity, undecided, code) => {
    const check = 'grants-are-kept';
    const one = { object: 'shop.x', summary: 'why' };
    const result: StateResult = {
      ...{ check, title: 'Grants', answer, examined: 3, unjudged: [] },
      findings: severity === undefined ? [] : [{ ...one, check, severity, remedy: '' }],
      undecided: undecided ? [one] : [],
    };
    expect(exitCodeOfState([result]), 'data state').toBe(code);
    expect(exitCodeOf([stateFinding(check, StatePlan.parse({}), result).outcome]), 'run').toBe(code);
  });

  test.each<[KeyspaceDiff['answer'], 'over' | 'not-checked' | undefined, number]>([
    ['equal', undefined, 0],
    ['equal', 'over', 10],
    ['equal', 'not-checked', 20],
    ['different', undefined, 10],
    ['different', 'not-checked', 10],
    ['not-checked', 'over', 10],
    ['not-checked', undefined, 20],
    ['unstable', 'not-checked', 20],
  ])('keys that are %s, in room that is %s', (answer, room, code) => {
    const mapping = RedisMapping.parse({
      ...{ id: 'sessions-kept', title: 'Sessions', old: { secret: 'OLD' }, new: { secret: 'NEW' } },
    });
    const memory = { what: 'memory', used: 9, limit: 10, most: 0.5, reason: 'why' } as const;
    const found: KeyspaceDiff = {
      ...{ old: 'database 0', new: 'database 0', answer, cause: 'why', reason: 'why' },
      ...{ oldKeys: 7, newKeys: 7, missing: 0, extra: 0, changed: 0, differences: [], notCompared: [] },
      ...{ room: room === undefined ? [] : [{ ...memory, answer: room }], seconds: 0.1 },
    };
    expect(exitCodeOfKeyspaces(found), 'data redis').toBe(code);
    expect(exitCodeOf([keyspacesFinding(mapping, found).outcome]), 'run').toBe(code);
  });
});

describe('shares of one table', () => {
  const share = (index: number, table: Partial<TableDiff>): SegmentDiff => ({
    segment: { index, of: 2 },
    databases: { old: { database: 'old', system: null }, new: { database: 'new', system: null } },
    notes: [],
    tables: [{ ...EQUAL, share: { kind: 'hash' }, ...table }],
  });

  test('of which one could not be looked through are different, and not by 0 rows', () => {
    const lost = { answer: 'different', cause: 'not-located', ...UNCOUNTED, later: null } as const;
    const diff = addSegments([
      share(1, lost),
      share(2, { answer: 'different', cause: 'rows-differ', missing: 3 }),
    ]);
    expect(diff.tables).toMatchObject([{ answer: 'different', cause: 'not-located', ...UNCOUNTED }]);
    expect(diff.tables[0]?.reason).toContain('3 rows are missing');
    expect(exitCodeOfDiff(diff)).toBe(10);
    expect(exitCodeOfDiff(addSegments([share(1, lost), share(2, {})]))).toBe(10);
    expect(exitCodeOfDiff(addSegments([share(1, {}), share(2, {})]))).toBe(0);
  });
});
