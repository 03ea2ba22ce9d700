import { describe, expect, test } from 'vitest';
import { Unavailable } from '../../../contract/cannot-tell.ts';
import { Finding } from '../../../contract/evidence/finding.ts';
import { TableMapping } from '../../../contract/plan/table-mapping.ts';
import { canonicalDecimal } from '../../../data-checks/decimal.ts';
import { countsFinding, type SideAnswer } from '../../../data-checks/counts-finding.ts';

const counted = (rows: number, sums: Record<string, string> = {}): SideAnswer => ({
  kind: 'counted',
  rows,
  sums,
});
const missing: SideAnswer = { kind: 'missing' };
const unreadable: SideAnswer = { kind: 'unreadable', reason: 'permission denied' };
const unavailable: SideAnswer = new Unavailable('refused', 'start it');

function mapping(extra: Partial<TableMapping> = {}): TableMapping {
  return TableMapping.parse({
    id: 'orders-preserved',
    title: 'All orders are there',
    old: 'orders',
    new: 'shop.sales_orders',
    ...extra,
  });
}

function judged(old: SideAnswer, next: SideAnswer, extra: Partial<TableMapping> = {}): Finding {
  return Finding.parse(countsFinding(mapping(extra), old, next));
}

describe('one table on both sides', () => {
  const orders: SideAnswer = {
    kind: 'counted',
    rows: 7,
    sums: { total: '9', gross: '9' },
    relation: '1/2/3',
  };
  const other: SideAnswer = { ...orders, relation: '1/2/4' };

  test('is always equal to itself, so nothing is known', () => {
    expect(judged(orders, orders)).toMatchObject({ outcome: 'unknown', cause: 'same-table', sampleSize: 0 });
    expect(judged(orders, other)).toMatchObject({ outcome: 'pass' });
  });

  test('can be compared by another filter or another column', () => {
    const where = {
      old: { table: 'orders', where: 'version = 1' },
      new: { table: 'orders', where: 'version = 2' },
    };
    expect(judged(orders, orders, where)).toMatchObject({ outcome: 'pass' });
    expect(judged(orders, orders, { sums: { total: 'gross' } })).toMatchObject({ outcome: 'pass' });
    expect(judged(orders, orders, { sums: { total: 'total' } })).toMatchObject({ outcome: 'unknown' });
  });
});

describe('two counts', () => {
  test('equal rows pass, and the finding says how many and what was not compared', () => {
    const finding = judged(counted(50), counted(50));
    expect(finding).toMatchObject({ outcome: 'pass', sampleSize: 50, measured: 50, expected: 50 });
    expect(finding.detail).toMatchObject({
      table: { answer: 'equal', notCompared: [expect.stringContaining('values') as string] },
    });
  });

  test.each([
    [50, 48, 'rows-missing', '2 rows fewer'],
    [50, 51, 'rows-extra', '1 row more'],
    [50, 0, 'rows-missing', '50 rows fewer'],
    [0, 3, 'rows-extra', '3 rows more'],
  ])('%i old and %i new fail', (old, next, cause, words) => {
    const finding = judged(counted(old), counted(next));
    expect(finding).toMatchObject({ outcome: 'fail', cause, measured: next, expected: old, unit: 'rows' });
    expect(finding.summary).toContain(words);
  });

  test('more rows are welcome only where the plan says so, fewer never', () => {
    expect(judged(counted(50), counted(60), { rows: 'at-least' }).outcome).toBe('pass');
    expect(judged(counted(50), counted(49), { rows: 'at-least' })).toMatchObject({
      outcome: 'fail',
      expected: '>= 50',
    });
  });

  test('nothing on both sides is unknown, unless the plan says why that is right', () => {
    expect(judged(counted(0), counted(0))).toMatchObject({
      outcome: 'unknown',
      cause: 'nothing-compared',
      sampleSize: 0,
    });
    expect(judged(counted(0), counted(0), { emptyBecause: 'no refunds yet' }).outcome).toBe('pass');
    expect(judged(counted(0), counted(9), { rows: 'at-least' }).outcome).toBe('unknown');
  });

  test('sums are compared exactly, whatever their scale is written like', () => {
    const sums = { total: 'amount' };
    expect(judged(counted(2, { total: '10.50' }), counted(2, { amount: '10.5000' }), { sums }).outcome).toBe(
      'pass',
    );
    expect(
      judged(counted(2, { total: '90071992547409.93' }), counted(2, { amount: '90071992547409.92' }), {
        sums,
      }),
    ).toMatchObject({
      outcome: 'fail',
      cause: 'sums-differ',
      measured: '90071992547409.92',
      expected: '90071992547409.93',
    });
  });
});

describe('a side that was not counted', () => {
  test('a table that the new database lacks fails', () => {
    expect(judged(counted(5), missing)).toMatchObject({ outcome: 'fail', cause: 'table-missing' });
  });

  test.each<[string, SideAnswer, SideAnswer]>([
    ['missing on old', missing, counted(5)],
    ['missing on both', missing, missing],
    ['unreadable on old', unreadable, counted(5)],
    ['unreadable on new', counted(5), unreadable],
    ['old not reachable', unavailable, counted(5)],
    ['new not reachable', counted(5), unavailable],
    ['both not reachable', unavailable, unavailable],
  ])('%s is unknown, with a remedy and no sample', (_name, old, next) => {
    const finding = judged(old, next);
    expect(finding.outcome).toBe('unknown');
    expect(finding.remedy).toBeTruthy();
    expect(finding.sampleSize).toBe(0);
    expect(finding.detail).toMatchObject({ table: { answer: 'not-checked' } });
  });
});

test.each([
  ['1.50', '1.5'],
  ['-0.00', '0'],
  ['0012', '12'],
  ['100', '100'],
  ['-7.10', '-7.1'],
  ['NaN', 'NaN'],
])('the decimal %s is spelled %s', (text, canonical) => {
  expect(canonicalDecimal(text)).toBe(canonical);
});
