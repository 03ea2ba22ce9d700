import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { probeOldKept } from '../../../suites/probes/old-kept-probe.ts';
import { hasMariadb, startMariadb, type TestMariadb } from '../../mariadb-server.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { type JsonServer, planOf, startJson, toolsOf } from './look-at.ts';
import { allStarted } from '../../all-started.ts';

type Over = Readonly<Record<string, unknown>>;
const NOW = Date.parse('2026-11-25T12:00:00Z');

let cluster: TestCluster;
let server: JsonServer;
let mariadb: TestMariadb | undefined;
beforeAll(async () => {
  [cluster, server, mariadb] = await allStarted([
    startCluster(),
    startJson(),
    hasMariadb ? startMariadb() : undefined,
  ]);
  await cluster.database('old', 'create table orders(id int)');
  await cluster.run('postgres', 'create role app_old login');
  await mariadb?.run('old', 'create table orders(id int)');
});
afterAll(() => Promise.all([cluster.stop(), server.close(), mariadb?.stop()]));

async function look(probe: Over, over: Over = {}, now = NOW): Promise<Finding> {
  const records = { adapter: 'postgres', url: cluster.url('old') };
  const target = {
    old: { urls: { app: server.url }, records },
    databases: { mysql: mariadb?.url('old') ?? 'mysql://x/x' },
    ...over,
  };
  const { plan, probe: one } = planOf('old-kept', { until: '2026-12-20', ...probe }, target);
  return probeFinding('the-check', () => probeOldKept(one, toolsOf(plan), plan.target, now));
}

describe('what old answers', () => {
  const answers = [{ path: '/', status: 503, contains: 'has moved' }];

  test('in maintenance, with its words; or not', async () => {
    server.answer = () => [503, { message: 'the shop has moved' }];
    expect(await look({ answers })).toMatchObject({ outcome: 'pass' });
    server.answer = () => [503, { message: 'overloaded' }];
    expect(await look({ answers })).toMatchObject({ outcome: 'fail', cause: 'old-not-kept' });
    server.answer = () => [200, {}];
    expect(await look({ answers })).toMatchObject({ outcome: 'fail', measured: 200, expected: 503 });
  });

  test('nothing at all fails', async () => {
    const old = { urls: { app: 'http://127.0.0.1:1' } };
    expect(await look({ answers: [{ path: '/' }] }, { old })).toMatchObject({ outcome: 'fail' });
  });

  test('until when it is kept, where it says so', async () => {
    const probe = { answers: [{ path: '/' }], keptUntil: { path: '/lock', at: 'retain.until' } };
    const says = (until: unknown) => (server.answer = () => [200, { retain: { until } }]);
    says('2026-12-20');
    expect(await look(probe)).toMatchObject({ outcome: 'pass' });
    says('2027-01-01T00:00:00Z');
    expect(await look(probe)).toMatchObject({ outcome: 'pass' });
    says('2026-12-01');
    expect(await look(probe)).toMatchObject({
      outcome: 'fail',
      measured: '2026-12-01',
      expected: '>= 2026-12-20',
    });
    says('soon');
    expect(await look(probe)).toMatchObject({ outcome: 'unknown', cause: 'state-unreadable' });
  });

  test('what cannot be asked hides no answer that is wrong', async () => {
    server.answer = ({ url }) => (url === '/lock' ? [403, {}] : [500, {}]);
    const keptUntil = { path: '/lock', at: 'until' };
    expect(await look({ answers: [{ path: '/' }], keptUntil })).toMatchObject({
      outcome: 'fail',
      measured: 500,
    });
    server.answer = ({ url }) => (url === '/lock' ? [403, {}] : [200, {}]);
    expect(await look({ answers: [{ path: '/' }], keptUntil })).toMatchObject({
      outcome: 'unknown',
      cause: 'state-unreadable',
    });
  });

  test('the last day counts, and the day after it nobody wants anything any more', async () => {
    server.answer = () => [200, {}];
    const probe = { answers: [{ path: '/' }] };
    expect(await look(probe, {}, Date.parse('2026-12-20T23:59:00Z'))).toMatchObject({ outcome: 'pass' });
    expect(await look(probe, {}, Date.parse('2026-12-21T00:00:00Z'))).toMatchObject({
      outcome: 'unknown',
      cause: 'date-over',
    });
  });
});

describe('its database', () => {
  const probe = { database: 'old.records' };

  test('takes writes; is read-only; is read-only but for a role', async () => {
    expect(await look(probe)).toMatchObject({
      outcome: 'fail',
      measured: expect.stringContaining('default_transaction_read_only is off') as string,
    });
    await cluster.run('postgres', 'alter database old set default_transaction_read_only = on');
    expect(await look(probe)).toMatchObject({ outcome: 'pass' });
    await cluster.run('postgres', 'alter role app_old set default_transaction_read_only = off');
    expect(await look(probe)).toMatchObject({
      outcome: 'fail',
      measured: expect.stringContaining('app_old') as string,
    });
  });

  test('which only the role that looks finds read-only, is not read-only for that', async () => {
    await cluster.database('kept', 'create table orders(id int)');
    // The test before made an exception for this role in every database.
    await cluster.run('postgres', 'alter role app_old reset default_transaction_read_only');
    await cluster.run(
      'postgres',
      'create role watcher login in role pg_read_all_stats; alter role watcher set default_transaction_read_only = on',
    );
    const records = { adapter: 'postgres', url: cluster.url('kept', 'watcher') };
    const ask = () => look(probe, { old: { urls: { app: server.url }, records } });
    expect(await ask()).toMatchObject({ outcome: 'unknown', cause: 'own-setting' });
    await cluster.run('postgres', 'alter database kept set default_transaction_read_only = off');
    expect(await ask()).toMatchObject({
      outcome: 'fail',
      measured: expect.stringContaining('default_transaction_read_only is off') as string,
    });
    await cluster.run('postgres', 'alter database kept set default_transaction_read_only = on');
    expect(await ask()).toMatchObject({ outcome: 'pass' });
  });

  test('that is away is unknown', async () => {
    const records = { adapter: 'postgres', url: 'postgres://app@127.0.0.1:1/old' };
    expect(await look(probe, { old: { records } })).toMatchObject({
      outcome: 'unknown',
      cause: 'database-unavailable',
    });
  });

  test.skipIf(!hasMariadb)('of MariaDB', async () => {
    expect(await look({ database: 'mysql' })).toMatchObject({ outcome: 'fail' });
    await mariadb?.run('old', 'set global read_only = 1');
    expect(await look({ database: 'mysql' })).toMatchObject({ outcome: 'pass' });
  });

  test('a check that looks at nothing, or at new, is refused', async () => {
    await expect(look({})).rejects.toThrow(/1 problem/);
    await expect(
      look({ database: 'records' }, { records: { adapter: 'postgres', url: cluster.url('old') } }),
    ).rejects.toThrow(/1 problem/);
  });
});
