import { Unavailable } from '../../../contract/cannot-tell.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSql } from '../../../safety/sql/open-sql.ts';
import { hasMariadb, startMariadb, type TestMariadb } from '../../mariadb-server.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { allStarted } from '../../all-started.ts';

const TABLE = `create table flags(name varchar(40) primary key, enabled boolean, rollout numeric(5,2), changed timestamp null)`;
const ROWS = `insert into flags values ('a', true, 12.50, '2026-11-20 02:00:00'), ('b', false, null, null), ('c', true, 100, null)`;

let cluster: TestCluster;
let mariadb: TestMariadb | undefined;
const addresses = new Map<string, string>();
beforeAll(async () => {
  [cluster, mariadb] = await allStarted([startCluster(), hasMariadb ? startMariadb() : undefined]);
  addresses.set('postgres', await cluster.database('shop', `${TABLE}; ${ROWS}`));
  if (mariadb === undefined) return;
  await mariadb.run('shop', `${TABLE}; ${ROWS}`);
  addresses.set('mariadb', mariadb.url('shop'));
});
afterAll(() => Promise.all([cluster.stop(), mariadb?.stop()]));

describe.each([
  { server: 'postgres', placeholder: '$1', yes: 't', sleep: 'select pg_sleep(5)' },
  { server: 'mariadb', placeholder: '?', yes: '1', sleep: 'select sleep(5) from flags' },
])('$server', ({ server, placeholder, yes, sleep }) => {
  const wanted = test.skipIf(server === 'mariadb' && !hasMariadb);
  const open = (limits = {}) => openSql(addresses.get(server) ?? '', limits);

  wanted('gives rows in which every value is the text of the server', async () => {
    const sql = open();
    try {
      const seen = await sql.read({
        text: `select name, enabled, rollout, changed from flags where name <> ${placeholder} order by name`,
        values: ["x' or '1'='1"],
      });
      expect(seen.columns).toEqual(['name', 'enabled', 'rollout', 'changed']);
      expect(seen.rows.map((row) => row['name'])).toEqual(['a', 'b', 'c']);
      expect(seen.rows[0]).toEqual({
        name: 'a',
        enabled: yes,
        rollout: '12.50',
        changed: '2026-11-20 02:00:00',
      });
      expect(seen.rows[1]).toMatchObject({ rollout: null });
      expect(seen.more).toBe(false);
    } finally {
      await sql.close();
    }
  });

  wanted('says that there are more rows than it reads', async () => {
    const sql = open({ mostRows: 2 });
    try {
      const seen = await sql.read({ text: 'select name from flags order by name' });
      expect(seen).toMatchObject({ rows: [{ name: 'a' }, { name: 'b' }], more: true });
    } finally {
      await sql.close();
    }
  });

  wanted('cannot write, not even behind a semicolon, and can be asked again afterwards', async () => {
    const sql = open();
    try {
      const behind = 'select 1; commit; delete from flags';
      await expect(sql.read({ text: behind })).rejects.toThrow(Unavailable);
      await expect(sql.read({ text: 'delete from flags' })).rejects.toThrow(Unavailable);
      expect(await sql.read({ text: 'select count(*) as n from flags' })).toMatchObject({
        rows: [{ n: '3' }],
      });
    } finally {
      await sql.close();
    }
  });

  wanted('ends a statement that takes too long', async () => {
    const sql = open({ statementTimeoutMs: 200 });
    try {
      await expect(sql.read({ text: sleep })).rejects.toMatchObject({
        name: 'Unavailable',
        remedy: expect.stringContaining('more time') as string,
      });
    } finally {
      await sql.close();
    }
  });

  wanted('tells databases of one server apart, and knows the same one again', async () => {
    if (server === 'postgres') await cluster.database('other');
    else await mariadb?.run('other', 'select 1');
    const [one, again, other] = [
      open(),
      open(),
      openSql((addresses.get(server) ?? '').replace('/shop', '/other')),
    ];
    try {
      expect(await one.identity()).toBe(await again.identity());
      expect(await one.identity()).not.toBe(await other.identity());
    } finally {
      await Promise.all([one, again, other].map((each) => each.close()));
    }
  });
});

test.skipIf(!hasMariadb)('a value stays a value where the server takes backslashes as they are', async () => {
  const sql = openSql(addresses.get('mariadb') ?? '');
  const named = (name: string) => sql.read({ text: 'select name from flags where name = ?', values: [name] });
  await mariadb?.run('shop', "set global sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT'");
  try {
    expect((await named("' or 1 = 1 -- ")).rows).toEqual([]);
    expect((await named('a')).rows).toEqual([{ name: 'a' }]);
    // The rest of what the server is set to holds, and so it does for statements without values.
    expect((await sql.read({ text: `select 'a' || '\\' as said` })).rows).toEqual([{ said: 'a\\' }]);
  } finally {
    await mariadb?.run('shop', 'set global sql_mode = default');
    await sql.close();
  }
});

test('as a role of PostgreSQL, row security chooses the rows', async () => {
  await cluster.run(
    'shop',
    `create role customer; create table notes(id int primary key, owner text);
     insert into notes values (1, 'ann'), (2, 'bob');
     alter table notes enable row level security; grant select on notes to customer;
     create policy own on notes using (owner = current_setting('app.user', true))`,
  );
  const sql = openSql(addresses.get('postgres') ?? '');
  try {
    const text = 'select id from notes order by id';
    const as = (user: string) => ({ role: 'customer', settings: { 'app.user': user } });
    expect((await sql.read({ text, as: as('bob') })).rows).toEqual([{ id: '2' }]);
    expect((await sql.read({ text, as: as('nobody') })).rows).toEqual([]);
    expect((await sql.read({ text })).rows).toHaveLength(2);
    await expect(sql.read({ text, as: { role: 'nobody-knows', settings: {} } })).rejects.toThrow(Unavailable);
  } finally {
    await sql.close();
  }
});

test('a database of PostgreSQL is the same for a role that may read less of the server', async () => {
  await cluster.run(
    'shop',
    `create role plain login; revoke execute on function pg_catalog.pg_control_system() from public`,
  );
  const [one, other] = [openSql(cluster.url('shop')), openSql(cluster.url('shop', 'plain'))];
  try {
    expect(await other.identity()).toBe(await one.identity());
  } finally {
    await Promise.all([one.close(), other.close()]);
  }
});

test('another address is refused before anything is connected, and no password is told', () => {
  expect(() => openSql('sqlite:///secret-file')).toThrow(Unavailable);
  expect(() => openSql('sqlite:///secret-file')).not.toThrow(/secret-file/);
});
