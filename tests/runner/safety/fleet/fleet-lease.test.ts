import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acquirePostgresLease } from '../../../../safety/fleet-lease/postgres.ts';
import { acquireRedisLease } from '../../../../safety/fleet-lease/redis.ts';
import { acquireTargetLease } from '../../../../safety/target-lease.ts';
import { hasNamespaces, makeNamespace, type NetworkNamespace } from '../../../network-namespaces.ts';
import { startCluster, type TestCluster } from '../../../postgres-cluster.ts';
import { startRedisPair, type RedisPair } from '../../../redis-pair.ts';
import { ended } from '../run-processes.ts';

const ROUNDS = 100;
const APART = hasNamespaces();
let cluster: TestCluster;
let redis: RedisPair;
let directory: string;
const namespaces: NetworkNamespace[] = [];
beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-fleet-'));
  [cluster, redis] = await Promise.all([startCluster(), startRedisPair()]);
  if (APART) namespaces.push(makeNamespace(0), makeNamespace(1));
});
afterAll(async () => {
  await Promise.all(namespaces.map((one) => one.remove()));
  await Promise.all([cluster.stop(), redis.stop()]);
  rmSync(directory, { recursive: true, force: true });
});

const addresses = { postgres: () => cluster.url(), redis: () => redis.new.url };
type Adapter = keyof typeof addresses;
const taker = (run: string) => ({ target: 'shop', run, phase: 'synthetic' }) as const;
const acquire = (adapter: Adapter, run: string) =>
  adapter === 'redis'
    ? acquireRedisLease(redis.new.url, taker(run))
    : acquirePostgresLease(cluster.url(), taker(run));

describe.each(['postgres', 'redis'] as const)('a lease in %s', (adapter) => {
  test(`two processes ${APART ? 'in network namespaces of their own ' : ''}race for it 200 times: never two holders`, async () => {
    const room = path.join(directory, `room-${adapter}`);
    const address = new URL(addresses[adapter]());
    const ends = await Promise.all(
      [0, 1].map(async (index) => {
        const namespace = namespaces[index];
        const url = new URL(address);
        if (namespace !== undefined) url.host = await namespace.relay(Number(address.port));
        const script = path.join(import.meta.dirname, 'fleet-holder.ts');
        const words = [
          ...(namespace?.enter ?? []),
          process.execPath,
          '--import',
          import.meta.resolve('tsx'),
          script,
          adapter,
          url.href,
          String(ROUNDS),
          room,
        ];
        return ended(spawn(words[0] ?? '', words.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] }));
      }),
    );
    expect(ends.map(({ output, code }) => [output, code])).toEqual([
      ['done\n', 0],
      ['done\n', 0],
    ]);
  });

  test('who comes second is told who holds it, another target is free, and it can be given on', async () => {
    const first = await acquire(adapter, 'r1');
    await expect(acquire(adapter, 'r2')).rejects.toMatchObject({
      code: 'LEASE_HELD',
      message: expect.stringMatching(/synthetic.* r1|r1 \(synthetic\)/) as string,
    });
    await first.release();
    await first.release();
    await (await acquire(adapter, 'r2')).release();
    expect(first.lost?.aborted).toBe(false);
  });

  test('machines that share no directory do not work at the same time, and a server that is not there lets nobody', async () => {
    const lease = (run: string, url: string) =>
      acquireTargetLease({
        plan: { lease: { adapter, url } },
        env: {},
        stateDirectory: path.join(directory, run),
        taker: taker(run),
      });
    const first = await lease(`${adapter}-1`, addresses[adapter]());
    await expect(lease(`${adapter}-2`, addresses[adapter]())).rejects.toMatchObject({ code: 'LEASE_HELD' });
    const gone = adapter === 'redis' ? 'redis://127.0.0.1:1' : 'postgres://app@127.0.0.1:1/none';
    await expect(lease(`${adapter}-3`, gone)).rejects.toMatchObject({ code: 'LEASE_UNASKED' });
    await first.release();
    // What was refused gave its own file back.
    await (await lease(`${adapter}-2`, addresses[adapter]())).release();
  });
});

const aborted = (signal: AbortSignal | undefined): Promise<unknown> =>
  new Promise((resolve) => signal?.addEventListener('abort', () => resolve(signal.reason), { once: true }));

test('a connection to PostgreSQL that is cut loses the lease, and its holder is told', async () => {
  const lease = await acquirePostgresLease(cluster.url(), taker('r1'));
  const lost = aborted(lease.lost);
  const client = new pg.Client({ connectionString: cluster.url() });
  await client.connect();
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'greenlight lease%'`,
  );
  await client.end();
  expect(String(await lost)).toContain('PostgreSQL');
  await lease.release();
});

test('parts of one run hold it together in PostgreSQL, and keep a whole run and those of another away', async () => {
  const parts = [
    await acquirePostgresLease(cluster.url(), taker('p1'), 'group1'),
    await acquirePostgresLease(cluster.url(), taker('p2'), 'group1'),
  ];
  await expect(acquire('postgres', 'whole')).rejects.toMatchObject({ code: 'LEASE_HELD' });
  const stranger = (): Promise<unknown> => acquirePostgresLease(cluster.url(), taker('p3'), 'group2');
  await expect(stranger()).rejects.toMatchObject({
    code: 'LEASE_HELD',
    message: expect.stringContaining('group1') as string,
  });
  for (const part of parts) await part.release();
  await (await acquirePostgresLease(cluster.url(), taker('p3'), 'group2')).release();
});

test('a key in Redis that another holder took loses the lease; one that is renewed outlives its time', async () => {
  const client = new Redis(redis.new.url);
  const first = await acquireRedisLease(redis.new.url, taker('r1'), 400);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await expect(acquire('redis', 'r2')).rejects.toMatchObject({ code: 'LEASE_HELD' });
  const lost = aborted(first.lost);
  await client.del('greenlight:{shop}:lease');
  const second = await acquireRedisLease(redis.new.url, taker('r2'));
  expect(String(await lost)).toContain(`ours had the token ${first.token}`);
  expect(second.token).toBeGreaterThan(first.token ?? Infinity);
  // What is not ours any more is not given away.
  await first.release();
  await expect(acquire('redis', 'r3')).rejects.toMatchObject({ code: 'LEASE_HELD' });
  await second.release();
  client.disconnect();
});

test('a holder who asks learns at once that the lease is lost, and loses nothing by asking', async () => {
  const client = new Redis(redis.new.url);
  const first = await acquireRedisLease(redis.new.url, taker('r1'));
  await first.confirm?.();
  expect(first.lost?.aborted).toBe(false);
  await client.del('greenlight:{shop}:lease');
  await first.confirm?.();
  expect(first.lost?.aborted).toBe(true);
  await first.release();
  client.disconnect();

  const lease = await acquirePostgresLease(cluster.url(), taker('r1'));
  await lease.confirm?.();
  expect(lease.lost?.aborted).toBe(false);
  const other = new pg.Client({ connectionString: cluster.url() });
  await other.connect();
  await other.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'greenlight lease%'`,
  );
  await other.end();
  await lease.confirm?.();
  expect(lease.lost?.aborted).toBe(true);
  await lease.release();
});
