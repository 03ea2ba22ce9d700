import { describe, expect, test } from 'vitest';
import { Unavailable } from '../../../contract/cannot-tell.ts';
import { Finding } from '../../../contract/evidence/finding.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { TableMapping } from '../../../contract/plan/table-mapping.ts';
import { rowsFinding } from '../../../data-checks/rows-finding.ts';
import type { TableDiff } from '../../../data-checks/postgres/rows/table-diff.ts';

function diff(extra: Partial<TableDiff> = {}): TableDiff {
  return {
    old: 'public.orders',
    new: 'public.sales_orders',
    answer: 'equal',
    cause: 'equal',
    reason: '100 rows are equal',
    oldRows: 100,
    newRows: 100,
    missing: 0,
    extra: 0,
    changed: 0,
    later: 0,
    differences: [],
    key: ['id'],
    columns: ['id', 'total'],
    notCompared: [],
    hash: { way: 'chain', bits: 64 },
    seconds: 0.1,
    ...extra,
  };
}

const different = (missing: number, extra: number, changed: number): Partial<TableDiff> => ({
  answer: 'different',
  cause: 'rows-differ',
  missing,
  extra,
  changed,
});

function judged(found: Parameters<typeof rowsFinding>[1], more: Record<string, unknown> = {}): Finding {
  const mapping = TableMapping.parse({
    id: 'orders-preserved',
    title: 'Every order',
    old: 'orders',
    new: 'sales_orders',
    compare: 'rows',
    ...more,
  });
  return Finding.parse(rowsFinding(mapping, found));
}

describe('rows that were compared', () => {
  test('pass when all are equal', () => {
    expect(judged(diff())).toMatchObject({ outcome: 'pass', sampleSize: 100, measured: 0 });
  });

  test('pass although new wrote more since the cut-over, which is said', () => {
    const notCompared = ['2 rows that new wrote since the cut-over'];
    const finding = judged(diff({ later: 2, newRows: 102, notCompared }));
    expect(finding).toMatchObject({ outcome: 'pass', detail: { table: { notCompared } } });
  });

  test('asked the other way round, fail for what a roll-back would lose, and pass where that is nothing', () => {
    const back = { direction: 'rollback', phases: ['watch'] };
    const lost = judged(diff(different(0, 3, 1)), back);
    expect(lost).toMatchObject({ outcome: 'fail', cause: 'rows-to-carry-back', measured: 4 });
    expect(lost.summary).toContain('would lose');
    expect(judged(diff(), back)).toMatchObject({ outcome: 'pass' });
  });

  test.each([
    [different(3, 0, 1), 'rows-missing', 4],
    [different(0, 0, 2), 'rows-changed', 2],
    [different(0, 5, 0), 'rows-extra', 5],
  ])('fail when any differs (%#)', (found, cause, measured) => {
    expect(judged(diff(found))).toMatchObject({ outcome: 'fail', cause, measured, expected: 0 });
  });

  test('a difference is named by its key and columns, not by its values', () => {
    const differences = [{ kind: 'changed' as const, key: ['7'], cells: [{ column: 'total' }] }];
    const finding = judged(diff({ ...different(0, 0, 1), differences }));
    expect(finding.summary).toContain('first changed: id 7 in total');
    expect(finding.detail).toMatchObject({ table: { rows: { first: differences } } });
  });

  test('more rows are welcome only where the mapping says so', () => {
    expect(judged(diff(different(0, 5, 0)), { rows: 'at-least' })).toMatchObject({ outcome: 'pass' });
    expect(judged(diff(different(1, 5, 0)), { rows: 'at-least' })).toMatchObject({ outcome: 'fail' });
    expect(judged(diff({ ...different(0, 5, 0), oldRows: 0 }), { rows: 'at-least' })).toMatchObject({
      outcome: 'unknown',
      cause: 'nothing-compared',
    });
  });

  test('a difference that could not be located is no pass, in either mode', () => {
    const lost: Partial<TableDiff> = { answer: 'different', cause: 'rows-differ' };
    for (const counts of [
      { missing: null, extra: null, changed: null },
      { missing: null, extra: 5, changed: 0 },
      { missing: 0, extra: 5, changed: null },
    ]) {
      expect(judged(diff({ ...lost, ...counts }), { rows: 'at-least' })).toMatchObject({
        outcome: 'unknown',
        cause: 'not-located',
      });
    }
  });

  test('a difference that is certain fails, although nobody knows in which rows', () => {
    const counts = { missing: null, extra: null, changed: null };
    const reason = 'The rows differ (0 on old, 7 on new)';
    const lost = { answer: 'different', cause: 'not-located', reason, ...counts } as const;
    for (const rows of [{}, { oldRows: 0, newRows: 7 }, { newRows: 90 }]) {
      const finding = judged(diff({ ...lost, ...rows }));
      expect(finding).toMatchObject({ outcome: 'fail', detail: { table: { answer: 'different' } } });
      expect(finding.summary).toContain(reason);
    }
    expect(judged(diff({ ...lost, newRows: 90 }), { rows: 'at-least' })).toMatchObject({
      outcome: 'fail',
      cause: 'rows-missing',
      measured: 90,
      expected: 100,
    });
    const back = judged(diff(lost), { direction: 'rollback', phases: ['watch'] });
    expect(back).toMatchObject({ outcome: 'fail', cause: 'rows-to-carry-back' });
    expect(back.summary).toContain(reason);
    expect(back.summary).not.toContain('0 rows');
  });

  test('what contradicts itself is ours, and proves nothing', () => {
    expect(judged(diff(different(0, 0, 0)))).toMatchObject({ outcome: 'unknown', cause: 'not-located' });
  });

  test('a table that new lacks fails', () => {
    const lost: Partial<TableDiff> = { answer: 'different', cause: 'table-missing', reason: 'no table' };
    expect(judged(diff({ ...lost, missing: null, extra: null, changed: null }))).toMatchObject({
      outcome: 'fail',
      cause: 'table-missing',
    });
  });
});

describe('rows that were not compared are unknown', () => {
  test.each(['columns-differ', 'unreadable', 'nothing-compared', 'no-such-table'])('%s', (cause) => {
    const finding = judged(diff({ answer: 'not-checked', cause, reason: 'why', missing: null }));
    expect(finding).toMatchObject({ outcome: 'unknown', cause, sampleSize: 0 });
    expect(finding.remedy).toBeTruthy();
  });

  test('an unreachable database', () => {
    expect(judged(new Unavailable('refused', 'start it'))).toMatchObject({
      outcome: 'unknown',
      cause: 'port-unavailable',
      remedy: 'start it',
    });
  });

  test('a table that still changes', () => {
    expect(judged(diff({ answer: 'unstable', cause: 'unstable', reason: 'it moves' }))).toMatchObject({
      outcome: 'unknown',
    });
  });
});

describe('the plan', () => {
  const plan = (table: Record<string, unknown>, oldAdapter = 'postgres'): (() => unknown) => {
    const records = { adapter: 'postgres', url: 'postgres://new' };
    const old =
      oldAdapter === 'postgres' ? { ...records } : { adapter: oldAdapter, url: 'http://127.0.0.1:1/rows' };
    return () =>
      parsePlan({
        target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' }, records, old: { records: old } },
        data: { tables: [{ id: 'orders-preserved', title: 'Orders', old: 'a', new: 'b', ...table }] },
      });
  };

  test('takes the options of a comparison of rows', () => {
    expect(
      plan({
        compare: 'rows',
        columns: { a: 'b' },
        newAs: { c: 't.d' },
        exclude: { e: 'gone' },
        policies: { f: { trim: 'end', scale: 2 } },
        key: ['a'],
      }),
    ).not.toThrow();
  });

  test.each<[string, Record<string, unknown>, string?]>([
    ['an option that counting would not use', { columns: { a: 'b' } }],
    ['sums beside rows', { compare: 'rows', sums: { a: 'b' } }],
    ['an unknown policy', { compare: 'rows', policies: { a: { loosely: true } } }],
    ['rows behind a reader', { compare: 'rows' }, 'http'],
  ])('refuses %s', (_, table, adapter) => {
    expect(plan(table, adapter)).toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }) as Error);
  });
});
