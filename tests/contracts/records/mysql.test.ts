import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { createCounter } from '../../../data-checks/counters.ts';
import { openLookup } from '../../../suites/adapters/records/index.ts';
import { hasMariadb, startMariadb, type TestMariadb } from '../../mariadb-server.ts';

describe.skipIf(!hasMariadb)('rows of MariaDB', () => {
  let server: TestMariadb;
  beforeAll(async () => {
    server = await startMariadb();
    await server.run(
      'shop',
      "create table `odd ``name` (id bigint primary key, note text); insert into `odd ``name` values (7, 'it''s'), (9007199254740993, null)",
    );
  });
  afterAll(() => server.stop());

  test('are found by equality, and counted', async () => {
    const source = { adapter: 'mysql', url: server.url('shop') } as const;
    const lookup = openLookup(source);
    const counter = createCounter(source, 5000);
    try {
      await lookup.ready();
      const from = 'odd `name';
      expect(await lookup.find({ from, where: { id: 7, note: "it's" } })).toEqual({
        rows: [{ id: '7', note: "it's" }],
      });
      expect((await lookup.find({ from, where: { note: null } })).rows).toEqual([
        { id: '9007199254740993', note: null },
      ]);
      expect((await lookup.find({ from, where: { note: "x' or '1'='1" } })).rows).toEqual([]);
      expect(await lookup.identity?.()).not.toBe('');
      expect(
        await counter.count([
          { table: from },
          { table: from, filter: 'id > 7' },
          { table: 'gone' },
          { table: from, filter: 'nothing = 1' },
          { table: from, filter: 'id in (select id from gone)' },
          { table: from, sums: ['id'] },
        ]),
      ).toMatchObject([
        { kind: 'counted', rows: 2 },
        { kind: 'counted', rows: 1 },
        { kind: 'missing' },
        { kind: 'unreadable' },
        { kind: 'unreadable' },
        { kind: 'unreadable' },
      ]);
    } finally {
      await Promise.all([lookup.close(), counter.close()]);
    }
  });

  test('a number finds no text that only begins with it', async () => {
    await server.run(
      'shop',
      "create table parcels (reference varchar(20), weight int, price decimal(6,2)); insert into parcels values ('12-old', 5, 9.50), ('13', 6, 0.10)",
    );
    const lookup = openLookup({ adapter: 'mysql', url: server.url('shop') });
    const found = async (where: Record<string, number>) =>
      (await lookup.find({ from: 'parcels', where })).rows.map((row) => row['reference']);
    try {
      expect(await found({ reference: 12 })).toEqual([]);
      expect(await found({ reference: 13 })).toEqual(['13']);
      expect(await found({ weight: 5 })).toEqual(['12-old']);
      expect(await found({ price: 0.1 })).toEqual(['13']);
    } finally {
      await lookup.close();
    }
  });

  test('of a table or server that is not there are unavailable, never none', async () => {
    const lookup = openLookup({ adapter: 'mysql', url: server.url('shop') });
    const dead = { adapter: 'mysql', url: 'mysql://root@127.0.0.1:1/shop' } as const;
    await expect(lookup.find({ from: 'gone', where: {} })).rejects.toThrow(PortUnavailable);
    await expect(openLookup(dead).ready()).rejects.toThrow(PortUnavailable);
    await expect(createCounter(dead, 1000).count([{ table: 't' }])).rejects.toThrow(PortUnavailable);
    await lookup.close();
  });
});
