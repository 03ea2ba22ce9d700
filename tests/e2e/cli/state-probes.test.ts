import { readFileSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { Queue } from 'bullmq';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { type RedisPair, startRedisPair } from '../../redis-pair.ts';
import { type CliProject, cliProject, greenlight, startTarget, type Target } from '../project.ts';
import { allStarted } from '../../all-started.ts';

// Seven checks of what is beside requests, in one run of the command: clean, and with a fault for each.
let target: Target;
let cluster: TestCluster;
let redis: RedisPair;
let queue: Queue;
let project: CliProject;
const state = { flag: 'on', breaker: 'closed', orders: [1, 2] };

beforeAll(async () => {
  [target, cluster, redis] = await allStarted([startTarget(), startCluster(), startRedisPair()]);
  await cluster.database(
    'shop',
    `create role customer; create table orders(id int primary key, owner text); grant select on orders to customer;
     insert into orders values (1, 'ann'), (2, 'ann'), (3, 'bob'); alter table orders enable row level security;
     create policy own on orders using (owner = current_setting('app.user', true))`,
  );
  await cluster.database('old', 'create table orders(id int)');
  await cluster.run('postgres', 'alter database old set default_transaction_read_only = on');
  await cluster.database('scratch');
  queue = new Queue('mails', { connection: { url: redis.new.url } });
  await queue.add('welcome', {});
  target.answer = (at) => {
    const json = (value: unknown) => ({ status: 200, body: JSON.stringify(value) });
    const [, turned] = /^\/flag\/(on|off)$/.exec(at) ?? [];
    if (turned !== undefined) state.flag = turned;
    if (at === '/flags') return json({ rate_limiting: { enabled: state.flag === 'on' } });
    if (at === '/breakers') return json({ stripe: { state: state.breaker } });
    if (at === '/orders') return json({ data: state.orders.map((id) => ({ id })) });
    return { status: 200, body: 'hello' };
  };
  project = cliProject(
    target.url,
    `probes: [
       { id: 'queue-is-worked-on', title: 'q', kind: 'queue', waitingAtMost: 1, failedAtMost: 0,
         source: { adapter: 'bullmq', redis: '${redis.new.url}', queue: 'mails' } },
       { id: 'flags-are-set', title: 'f', kind: 'flags', flags: { rate_limiting: { on: true } },
         source: { adapter: 'http', path: '/flags' },
         toggle: { flag: 'rate_limiting', on: { path: '/flag/on' }, off: { path: '/flag/off' } } },
       { id: 'breakers-are-closed', title: 'b', kind: 'breakers', path: '/breakers', providers: ['stripe'] },
       { id: 'backup-is-new', title: 'n', kind: 'backup', source: { adapter: 'files', folder: 'backups' }, atMost: '2h' },
       { id: 'backup-can-be-restored', title: 'r', kind: 'restore', program: 'node', args: ['restore.mjs'],
         env: { SCRATCH: '${cluster.url('scratch')}' }, scratch: 'scratch', scratchMayHoldTables: true,
         tables: [{ table: 'orders' }], rtoAtMost: '5m' },
       { id: 'old-is-kept', title: 'o', kind: 'old-kept', answers: [{ path: '/' }], database: 'old.records', until: '2099-12-31' },
       { id: 'policies-match-guards', title: 'p', kind: 'rls',
         roles: [{ name: 'ann', role: 'customer', settings: { 'app.user': 'ann' } }],
         endpoints: [{ path: '/orders', list: 'data', sql: 'select id from orders' }] },
     ],
     allow: { flags: ['rate_limiting'], commands: ['node'] },
     ...{ target: { name: 'shop', urls: { app: '${target.url}' }, databases: { scratch: '${cluster.url('scratch')}' },
       records: { adapter: 'postgres', url: '${cluster.url('shop')}' },
       old: { urls: { app: '${target.url}' }, records: { adapter: 'postgres', url: '${cluster.url('old')}' } } } }`,
  );
  project.write('backups/shop.dump', 'rows');
  project.write('restore.mjs', restores(3));
});
afterAll(async () => {
  project?.remove();
  await queue?.close();
  await Promise.all([target.close(), cluster.stop(), redis.stop()]);
});

/** In place of pg_restore, which is not on every machine. */
function restores(rows: number): string {
  return `import pg from 'pg';
    const client = new pg.Client({ connectionString: process.env.SCRATCH });
    await client.connect();
    await client.query('drop table if exists orders; create table orders(id int)');
    await client.query('insert into orders select generate_series(1, ${rows})');
    await client.end();`;
}

async function run(): Promise<{
  readonly code: number | null;
  readonly states: Readonly<Record<string, string>>;
}> {
  const { code, err } = await greenlight(project.directory, ['run']);
  const file = path.join(project.directory, 'greenlight-report/verdict.json');
  const { checks } = Verdict.parse(JSON.parse(readFileSync(file, 'utf8')));
  const wrong = checks.filter(({ state: is }) => is === 'unknown');
  expect(wrong, err).toEqual([]);
  return { code, states: Object.fromEntries(checks.map((check) => [check.id, check.state])) };
}

const CHECKS = [
  'queue-is-worked-on',
  'flags-are-set',
  'breakers-are-closed',
  'backup-is-new',
  'backup-can-be-restored',
  'old-is-kept',
  'policies-match-guards',
];
const all = (is: string) => Object.fromEntries(CHECKS.map((id) => [id, is]));

test('a clean system is GO, and the flag that was turned is on again', async () => {
  expect(await run()).toMatchObject({ code: 0, states: all('passed') });
  expect(target.requests.filter((one) => one.includes('/flag/'))).toEqual([
    'POST /flag/off',
    'POST /flag/on',
  ]);
});

test('with a fault for each, each of them fails', async () => {
  await queue.add('late', {});
  Object.assign(state, { flag: 'off', breaker: 'open', orders: [1, 2, 3] });
  const old = new Date(Date.now() - 3 * 3_600_000);
  utimesSync(path.join(project.directory, 'backups/shop.dump'), old, old);
  project.write('restore.mjs', restores(2));
  await cluster.run('postgres', 'alter database old reset default_transaction_read_only');
  expect(await run()).toMatchObject({ code: 10, states: all('failed') });
});
