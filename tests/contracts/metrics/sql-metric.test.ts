import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MetricCheck } from '../../../contract/slo/metric-check.ts';
import type { MetricSource } from '../../../contract/slo/metric-source.ts';
import { evaluateMetric } from '../../../slo/metrics/evaluate-metric.ts';
import { openMetricSource } from '../../../slo/sources/metric-sources.ts';
import { hasMariadb, startMariadb, type TestMariadb } from '../../mariadb-server.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { allStarted } from '../../all-started.ts';

const TABLES = `create table admins(name varchar(40) primary key, totp int not null, shop varchar(40) not null);
insert into admins values ('a', 1, 'north'), ('b', 1, 'north'), ('c', 0, 'south');
create table memory(at timestamp not null, bytes numeric(12) not null, jobs int not null)`;

let cluster: TestCluster;
let mariadb: TestMariadb | undefined;
const addresses: Record<string, string> = {};
beforeAll(async () => {
  [cluster, mariadb] = await allStarted([startCluster(), hasMariadb ? startMariadb() : undefined]);
  // Every minute of the last hour: 10 bytes more, and a job, of which the counter began anew half an hour ago.
  const at = (minutes: number) =>
    new Date(Date.now() - minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  const rows = Array.from(
    { length: 60 },
    (_, ago) => `('${at(ago)}', ${10_000 - 10 * ago}, ${ago < 30 ? 30 - ago : 90 - ago})`,
  );
  const all = `${TABLES}; insert into memory values ${rows.join(', ')}`;
  addresses['postgres'] = await cluster.database('shop', `set timezone = 'UTC'; ${all}`);
  if (mariadb === undefined) return;
  await mariadb.run('shop', `set time_zone = '+00:00'; ${all}`);
  addresses['mariadb'] = mariadb.url('shop');
});
afterAll(() => Promise.all([cluster.stop(), mariadb?.stop()]));

describe.each([
  {
    server: 'postgres',
    since: 'to_timestamp({since:s})',
    connections: 'select count(*) from pg_stat_activity',
  },
  {
    server: 'mariadb',
    since: 'from_unixtime({since:s})',
    connections: 'select count(*) from information_schema.processlist',
  },
])('numbers of $server', ({ server, since, connections }) => {
  const wanted = test.skipIf(server === 'mariadb' && !hasMariadb);
  const source: MetricSource = { adapter: 'sql', database: 'main' };
  function ask(check: object, url = addresses[server] ?? '') {
    const target = { databases: { main: url } };
    const reader = openMetricSource(source, { env: {}, signal: undefined, target });
    const parsed = MetricCheck.parse({ id: 'number-holds', title: 'It', kind: 'gauge', ...check });
    return evaluateMetric(reader, { name: 'database', source }, parsed);
  }
  const least = (limit: number) => ({ limits: { critical: { atLeast: limit } } });
  const most = (limit: number) => ({ limits: { critical: { atMost: limit } } });

  wanted('one number, a share, and a number by name', async () => {
    expect(await ask({ of: connections, ...least(1) })).toMatchObject({ outcome: 'pass' });
    const adoption = {
      kind: 'ratio',
      of: 'gauge',
      part: 'select sum(totp) from admins',
      total: 'select count(*) from admins',
    };
    expect(await ask({ ...adoption, ...least(0.5) })).toMatchObject({ outcome: 'pass', measured: 0.666667 });
    expect(await ask({ ...adoption, ...least(1) })).toMatchObject({
      outcome: 'fail',
      cause: 'critical-level',
    });
    const byShop = await ask({
      of: 'select shop, avg(totp) as share from admins group by shop',
      ...least(0.5),
    });
    expect(byShop).toMatchObject({ outcome: 'fail', measured: 0 });
    expect(byShop.summary).toContain('south');
    const notAll = await ask({
      of: "select shop, case shop when 'south' then null else avg(totp) end as share from admins group by shop",
      ...least(0.5),
    });
    expect(notAll).toMatchObject({ outcome: 'unknown', cause: 'not-a-number' });
    expect(notAll.summary).toContain('south');
  });

  wanted('rows of a time and a number: growth, a counter that began anew, and the window', async () => {
    const rows = (column: string) => `select at, ${column} from memory where at > ${since} order by at`;
    const window = { windowS: 3000 };
    expect(await ask({ ...window, kind: 'trend', of: rows('bytes'), ...most(500) })).toMatchObject({
      outcome: 'fail',
      measured: expect.closeTo(600, 0) as number,
    });
    expect(await ask({ ...window, kind: 'trend', of: rows('bytes'), ...most(700) })).toMatchObject({
      outcome: 'pass',
    });
    const grown = await ask({ ...window, kind: 'increase', of: rows('jobs'), ...most(40) });
    expect(grown).toMatchObject({ outcome: 'fail' });
    expect(Math.abs(Number(grown.measured) - 49)).toBeLessThanOrEqual(2);
    // There is an hour of values, and not five.
    expect(await ask({ kind: 'trend', windowS: 18_000, of: rows('bytes'), ...most(700) })).toMatchObject({
      cause: 'gaps',
    });
  });

  wanted('nothing, no number, and what cannot be asked', async () => {
    const none = "select sum(totp) from admins where name = 'nobody'";
    expect(await ask({ of: none, ...most(0) })).toMatchObject({ outcome: 'unknown', cause: 'no-series' });
    expect(await ask({ of: none, absent: 'zero', ...most(0) })).toMatchObject({
      outcome: 'pass',
      measured: 0,
    });
    const unknown = { outcome: 'unknown', cause: 'metrics-unavailable' };
    expect(await ask({ of: 'select name from admins', absent: 'zero', ...most(0) })).toMatchObject(unknown);
    expect(await ask({ of: 'select sum(totp) from nowhere', absent: 'zero', ...most(0) })).toMatchObject(
      unknown,
    );
    expect(await ask({ kind: 'trend', of: 'select count(*) from admins', ...most(0) })).toMatchObject(
      unknown,
    );
    expect(
      await ask(
        { of: 'select 1', ...most(1) },
        `${server === 'postgres' ? 'postgres' : 'mysql'}://x:y@127.0.0.1:9/shop`,
      ),
    ).toMatchObject(unknown);
  });

  wanted('nothing is written, also by a statement that would', async () => {
    const writes =
      server === 'postgres'
        ? 'with gone as (delete from admins returning 1) select count(*) from gone'
        : "select count(*) from admins where name = 'z' for update";
    await ask({ of: writes, ...most(9) });
    expect(await ask({ of: 'select count(*) from admins', ...least(3) })).toMatchObject({
      outcome: 'pass',
      measured: 3,
    });
  });
});
