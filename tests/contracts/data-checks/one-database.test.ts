import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RecordsReader } from '../../../contract/ports/records.ts';
import type { Plan } from '../../../contract/plan/plan.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { databasesReadable } from '../../../suites/readiness/ports-ready.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { allStarted } from '../../all-started.ts';

// Two names for one database: whatever is compared is compared with itself, and what a flow looks for is on the wrong side.
type Source = NonNullable<Plan['target']['records']>;
let cluster: TestCluster;
let twin: TestCluster;
let shop: string;

beforeAll(async () => {
  [cluster, twin] = await allStarted([startCluster(), startCluster()]);
  shop = await cluster.database('shop');
  await cluster.database('shop_old');
  await twin.database('shop');
  await cluster.run('shop', 'create role reader login');
});
afterAll(async () => {
  await Promise.all([cluster.stop(), twin.stop()]);
});

const look = (old: Source, records: Source) =>
  probeFinding('databases-readable', () =>
    databasesReadable({ name: 't', urls: { app: 'http://127.0.0.1:1' }, old: { records: old }, records }),
  );
const postgres = (url: string): Source => ({ adapter: 'postgres', url });
const reader: RecordsReader = {
  find: () => Promise.resolve({ rows: [] }),
  count: () => Promise.resolve([]),
  ready: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

describe('one database under two names is unknown', () => {
  test.each<[string, () => readonly [Source, Source]]>([
    ['the same address', () => [postgres(shop), postgres(shop)]],
    ['another host name', () => [postgres(shop.replace('127.0.0.1', 'localhost')), postgres(shop)]],
    ['another user', () => [postgres(cluster.url('shop', 'reader')), postgres(shop)]],
    ['another parameter', () => [postgres(`${shop}?application_name=old`), postgres(shop)]],
    [
      'the same reader',
      () => [
        { adapter: 'custom', reader },
        { adapter: 'custom', reader },
      ],
    ],
  ])('%s', async (_, sides) => {
    expect(await look(...sides())).toMatchObject({
      outcome: 'unknown',
      cause: 'same-database',
      remedy: expect.stringContaining('target.old.records') as string,
    });
  });
});

describe('two databases are two', () => {
  test.each<[string, () => readonly [Source, Source]]>([
    ['of one server', () => [postgres(cluster.url('shop_old')), postgres(shop)]],
    ['of one name on two servers', () => [postgres(twin.url('shop')), postgres(shop)]],
    [
      'readers',
      () => [
        { adapter: 'custom', reader: { ...reader } },
        { adapter: 'custom', reader },
      ],
    ],
  ])('%s', async (_, sides) => {
    expect(await look(...sides())).toMatchObject({ outcome: 'pass' });
  });
});
