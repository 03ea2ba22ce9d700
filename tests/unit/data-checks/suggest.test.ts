import { describe, expect, test } from 'vitest';
import { notChecked } from '../../../data-checks/postgres/rows/table-answer.ts';
import type { TableDiff } from '../../../data-checks/postgres/rows/table-diff.ts';
import { isWrittenByUse, migrationToolOf, passingContentOf } from '../../../data-checks/suggest/habits.ts';
import type { Inventory, KnownTable } from '../../../data-checks/suggest/inventory.ts';
import { renamedTable } from '../../../data-checks/suggest/pair-names.ts';
import { policyFor } from '../../../data-checks/suggest/policy-for.ts';
import { suggestAfterDiff, suggestTables } from '../../../data-checks/suggest/suggest-tables.ts';

/** A table of `public`; columns as `name type`. */
function table(name: string, columns: readonly string[], more: Partial<KnownTable> = {}): KnownTable {
  return {
    shown: `public.${name}`,
    schema: 'public',
    name,
    columns: columns.map((column) => {
      const [called = '', type = 'text'] = column.split(' ');
      return { name: called, type, mayBeLeftOut: true, computed: false };
    }),
    key: ['id'],
    unreadable: undefined,
    isEmpty: false,
    notDurable: undefined,
    ...more,
  };
}

function inventory(olds: readonly KnownTable[], news: readonly KnownTable[]): Inventory {
  return { old: { dialect: 'postgres', tables: olds }, new: { dialect: 'postgres', tables: news } };
}

function different(name: string, more: Partial<TableDiff>): TableDiff {
  const base = { ...notChecked('rows-differ', 'rows differ'), answer: 'different' as const, seconds: 1 };
  return { ...base, old: `public.${name}`, new: `public.${name}`, missing: 0, extra: 0, changed: 0, ...more };
}

describe('policies', () => {
  test.each<[string | null, string | null, string | undefined]>([
    ['a', 'a  ', `{ trim: 'end' }`],
    ['a', ' a', `{ trim: 'both' }`],
    ['A@x', 'a@x', `{ letterCase: 'ignore' }`],
    [null, '', `{ nullIs: '' }`],
    ['1.0', '1.000', `{ scale: 'any' }`],
    ['1.2345', '1.23', '{ scale: 2 }'],
    ['{"a":1,"b":2}', '{"b": 2, "a": 1}', `{ json: 'document' }`],
    [
      '2026-01-01 10:00:00.123456',
      '2026-01-01 10:00:00.123',
      `{ moments: { to: 'millisecond', by: 'truncate' } }`,
    ],
    ['2026-01-01 10:00:00.9+00', '2026-01-01 10:00:00+00', `{ moments: { to: 'second', by: 'truncate' } }`],
    ['a', 'b', undefined],
    [null, 'b', undefined],
    ['1', '2', undefined],
    ['2026-01-01 10:00:00', '2026-01-01 12:00:00', undefined],
    ['{"a":1}', '{"a":2}', undefined],
  ])('%s and %s: %s', (old, next, policy) => {
    expect(policyFor([{ column: 'c', old, new: next }], 'postgres')).toBe(policy);
  });

  test('none that does not hold for all, none that MariaDB can not be asked, and none without values', () => {
    const cells = [
      { column: 'c', old: 'a', new: 'a ' },
      { column: 'c', old: 'b', new: 'c' },
    ];
    expect(policyFor(cells, 'postgres')).toBeUndefined();
    expect(policyFor([{ column: 'c', old: '1.2345', new: '1.23' }], 'mysql')).toBeUndefined();
    expect(policyFor([{ column: 'c' }], 'postgres')).toBeUndefined();
  });
});

test('tables of tools are known by name and columns, and no table of the application is one', () => {
  expect(migrationToolOf(table('flyway_schema_history', ['installed_rank', 'script']))).toBe('Flyway');
  expect(migrationToolOf(table('__EFMigrationsHistory', ['MigrationId', 'ProductVersion']))).toBe(
    'Entity Framework',
  );
  expect(migrationToolOf(table('migrations', ['id', 'timestamp', 'name']))).toBe('TypeORM');
  for (const columns of [
    ['id', 'bird', 'distance'],
    ['id', 'timestamp', 'name', 'species', 'distance'],
  ])
    expect(migrationToolOf(table('migrations', columns))).toBeUndefined();
  expect(passingContentOf(table('sessions', []))).toBe('sessions');
  expect(passingContentOf(table('failed_jobs', []))).toBe('jobs');
  for (const name of ['orders', 'job_titles', 'session_notes_of_patients', 'customers'])
    expect(passingContentOf(table(name, [])), name).toBeUndefined();
  expect(['updated_at', 'lastSeenAt', 'last_login'].every(isWrittenByUse)).toBe(true);
  expect(['total', 'created_at', 'status'].some(isWrittenByUse)).toBe(false);
});

test('a renamed table is one with most of the columns, and not any with a key and a time', () => {
  const orders = table('orders', ['id', 'total', 'note', 'placed_at']);
  const sales = table('sales_orders', ['id', 'total', 'note', 'placed_at', 'tenant']);
  expect(renamedTable(orders, [table('logs', ['id', 'placed_at']), sales])?.table.name).toBe('sales_orders');
  expect(renamedTable(orders, [table('logs', ['id', 'placed_at'])])).toBeUndefined();
});

test('a key of another kind is said, and asks for columns that pair rows', () => {
  const olds = [table('devices', ['id integer', 'email text'])];
  const news = [table('devices', ['id uuid', 'email text'])];
  const [told, ...others] = suggestAfterDiff(inventory(olds, news), [
    different('devices', { missing: 1, extra: 1 }),
  ]);
  expect(others).toEqual([]);
  expect(told).toMatchObject({ key: 'data.tables', inForce: false });
  expect(told?.finding).toContain('its key has another kind on new: id (integer, uuid)');
  expect(told?.text).toContain(`key: [''],`);
  expect(told?.text).toContain(`exclude: { id: '' },`);
  expect(told?.text).not.toContain('where');
});

test('rows that are lost, and rows that are new, ask for different things', () => {
  const orders = table('orders', ['id integer', 'placed_at timestamp']);
  const both = inventory([orders], [orders]);
  const [lost] = suggestAfterDiff(both, [different('orders', { missing: 3 })]);
  expect(lost?.text).toContain(`old: { table: 'public.orders', where: '' },`);
  expect(lost?.text).not.toContain('since');
  const [gained] = suggestAfterDiff(both, [different('orders', { extra: 3 })]);
  expect(gained?.text).toContain(`since: { column: 'placed_at', at: '' },`);
  expect(gained?.text).not.toContain('where');
});

test('what could not be compared for a reason of ours is told, and no key accepts it', () => {
  const orders = table('orders', ['id integer']);
  const late = { ...different('orders', {}), ...notChecked('over-budget', 'The time was over') };
  expect(suggestAfterDiff(inventory([orders], [orders]), [late])).toEqual([
    {
      subject: 'public.orders',
      finding: 'not-checked: The time was over',
      key: null,
      text: '',
      inForce: false,
    },
  ]);
});

test('a table that nobody could describe is told, and none of its columns is called new', () => {
  const locked = table('orders', [], { unreadable: 'somebody has locked it', isEmpty: null, key: [] });
  const suggestions = suggestTables(inventory([locked], [table('orders', ['id integer', 'added text'])]));
  expect(suggestions.map(({ key, finding }) => [key, finding])).toEqual([
    [null, 'public.orders could not be described: somebody has locked it'],
  ]);
});
