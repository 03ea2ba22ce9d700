import { Queue, Worker } from 'bullmq';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { Probe } from '../../../contract/plan/probe.ts';
import { Target } from '../../../contract/plan/target.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { createControl } from '../../../suites/control.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { probeQueue } from '../../../suites/probes/queue-probe.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { type RedisPair, startRedisPair } from '../../redis-pair.ts';
import { listen, type Listening } from '../../unit/suites/run-flow-on.ts';
import { allStarted } from '../../all-started.ts';

let pair: RedisPair;
let cluster: TestCluster;
let dashboard: Listening;
let document: unknown = {};
let database: string;
let queue: Queue;

beforeAll(async () => {
  [pair, cluster] = await allStarted([startRedisPair(), startCluster()]);
  database = await cluster.database(
    'shop',
    'create table jobs(id int, state text, since timestamptz default now())',
  );
  dashboard = await listen((_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document)),
  );
});
afterAll(async () => {
  await queue?.close();
  await Promise.all([pair.stop(), cluster.stop(), dashboard.close()]);
});

type Over = Readonly<Record<string, unknown>>;

async function look(source: Over, over: Over, between?: () => Promise<unknown>): Promise<Finding> {
  const probe = Probe.parse({ kind: 'queue', id: 'mails', title: 'x', source, ...over });
  const target = Target.parse({ name: 'shop', urls: { app: dashboard.url }, databases: { main: database } });
  const tools = {
    application: createHttpApplication(),
    urls: target.urls,
    control: createControl(undefined),
    rateLimitWaitMs: 0,
  };
  return probeFinding('mails', () =>
    probeQueue(probe as Extract<Probe, { kind: 'queue' }>, tools, target, async () => between?.()),
  );
}

describe('a queue that BullMQ itself wrote', () => {
  const source = (over: Over = {}): Over => ({
    adapter: 'bullmq',
    redis: pair.new.url,
    queue: 'mails',
    ...over,
  });
  const connection = () => ({ url: pair.new.url, maxRetriesPerRequest: null });

  beforeEach(async () => {
    await queue?.close();
    await pair.new.client.flushall();
    queue = new Queue('mails', { connection: connection() });
    await queue.waitUntilReady();
  });

  /** Works on so many jobs, then lets go. */
  async function work(count: number, outcome: () => void = () => undefined): Promise<void> {
    let [left, done] = [count, (): void => undefined];
    const finished = new Promise<void>((resolve) => (done = resolve));
    const worker = new Worker('mails', async () => outcome(), { connection: connection(), autorun: false });
    const count1 = (): void => void ((left -= 1) === 0 && done());
    worker.on('completed', count1).on('failed', count1);
    void worker.run();
    await finished;
    await worker.close();
  }

  test('waiting jobs of every sort are counted, and those of later are not', async () => {
    await queue.add('plain', {});
    await queue.add('urgent', {}, { priority: 1 });
    await queue.add('later', {}, { delay: 3_600_000 });
    expect(await look(source(), { waitingAtMost: 2 })).toMatchObject({ outcome: 'pass' });
    await queue.add('plain', {});
    expect(await look(source(), { waitingAtMost: 2 })).toMatchObject({
      outcome: 'fail',
      measured: 3,
      unit: 'jobs',
    });
  });

  test('failed jobs count since the cut-over', async () => {
    await queue.add('broken', {});
    await work(1, () => {
      throw new Error('no such template');
    });
    expect(await look(source(), { failedAtMost: 0 })).toMatchObject({ outcome: 'fail', measured: 1 });
    expect(await look(source(), { failedAtMost: 0, since: { minutes: 5 } })).toMatchObject({
      outcome: 'fail',
    });
    const now = new Date().toISOString();
    expect(await look(source(), { failedAtMost: 0, since: now })).toMatchObject({ outcome: 'pass' });
  });

  test('the age of the oldest job', async () => {
    await queue.add('new', {});
    expect(await look(source(), { oldestAtMost: '5m' })).toMatchObject({ outcome: 'pass' });
    await queue.add('old', {}, { timestamp: Date.now() - 2 * 3_600_000 - 30_000 });
    expect(await look(source(), { oldestAtMost: '5m' })).toMatchObject({
      outcome: 'fail',
      measured: '2 h',
    });
  });

  test('a paused queue', async () => {
    await queue.pause();
    expect(await look(source(), { waitingAtMost: 5 })).toMatchObject({ outcome: 'fail', measured: true });
    expect(await look(source(), { waitingAtMost: 5, mayBePaused: true })).toMatchObject({ outcome: 'pass' });
    await queue.resume();
    expect(await look(source(), { waitingAtMost: 5 })).toMatchObject({ outcome: 'pass' });
  });

  test('jobs that nobody takes, and jobs that somebody takes while others come', async () => {
    const drains = { drains: { withinS: 5 } };
    expect(await look(source(), drains)).toMatchObject({ outcome: 'pass' });
    await queue.addBulk([1, 2, 3].map((n) => ({ name: `job ${n}`, data: {} })));
    expect(await look(source(), drains)).toMatchObject({ outcome: 'fail', cause: 'queue-stands' });
    const taken = await look(source(), drains, async () => {
      await queue.addBulk([4, 5, 6].map((n) => ({ name: `job ${n}`, data: {} })));
      await work(1);
    });
    expect(taken).toMatchObject({ outcome: 'pass' });
  });

  test('behind many of a higher priority: how old it is, and that none is taken', async () => {
    const urgent = (priority: number) =>
      queue.addBulk(Array.from({ length: 205 }, () => ({ name: 'urgent', data: {}, opts: { priority } })));
    await urgent(5);
    await queue.add('low', {}, { priority: 9 });
    expect(await look(source(), { oldestAtMost: '5m' })).toMatchObject({ outcome: 'pass' });
    await queue.add('lowest', {}, { priority: 10, timestamp: Date.now() - 2 * 3_600_000 - 30_000 });
    expect(await look(source(), { oldestAtMost: '5m' })).toMatchObject({ outcome: 'fail', measured: '2 h' });
    const drains = { drains: { withinS: 5 } };
    // It pushes one out of those that are looked at, and nobody works.
    const more = () => queue.add('more urgent', {}, { priority: 1 });
    expect(await look(source(), drains, more)).toMatchObject({ outcome: 'fail', cause: 'queue-stands' });
    const taken = await look(source(), drains, async () => {
      await more();
      await work(1);
    });
    expect(taken).toMatchObject({ outcome: 'pass' });
  });

  test('a job that a worker holds all the time says nothing; one that a dead worker holds does', async () => {
    await queue.addBulk([1, 2].map((n) => ({ name: `job ${n}`, data: {} })));
    const worker = new Worker('mails', undefined, { connection: connection() });
    await worker.getNextJob('token');
    expect(await look(source(), { drains: {} })).toMatchObject({ outcome: 'unknown', cause: 'workers-busy' });
    await worker.close();
    // The lock of a worker that died runs out.
    const locks = await pair.new.client.keys('bull:mails:*:lock');
    await pair.new.client.del(...locks);
    expect(await look(source(), { drains: {} })).toMatchObject({ outcome: 'fail', cause: 'queue-stands' });
  });

  test.each<[string, Over, string]>([
    ['no such queue', { queue: 'posts' }, 'no-such-queue'],
    ['another prefix', { prefix: 'other' }, 'no-such-queue'],
    ['a Redis that is away', { redis: 'redis://127.0.0.1:1/0' }, 'redis-unavailable'],
  ])('%s says nothing about jobs', async (_, over, cause) => {
    expect(await look(source(over), { waitingAtMost: 5 })).toMatchObject({ outcome: 'unknown', cause });
  });
});

describe('a queue in a table', () => {
  const sql = `select count(*) filter (where state = 'waiting') as waiting, min(since) filter (where state = 'waiting') as oldest,
    count(*) filter (where state = 'failed' and since > '{since}') as failed from jobs`;
  const source = { adapter: 'sql', database: 'main', sql };
  const since = '2026-01-01T00:00:00Z';
  const fill = (values: string) => cluster.run('shop', `delete from jobs; insert into jobs values ${values}`);

  test('waiting, failed since the cut-over, and the oldest', async () => {
    await fill(`(1, 'failed', '2025-12-31')`);
    const limits = { since, waitingAtMost: 1, failedAtMost: 0, oldestAtMost: '5m' };
    expect(await look(source, limits)).toMatchObject({ outcome: 'pass' });
    await fill(`(1, 'failed', '2026-01-02')`);
    expect(await look(source, limits)).toMatchObject({ outcome: 'fail', measured: 1 });
    await fill(`(1, 'waiting', now() - interval '10 minutes')`);
    expect(await look(source, limits)).toMatchObject({ outcome: 'fail', measured: '10 m' });
  });

  test('the oldest is as old as the clock of the database says, not as ours', async () => {
    const ours = Date.now();
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => ours + 600_000);
    try {
      await fill(`(1, 'waiting', now())`);
      expect(await look(source, { since, oldestAtMost: '5m' })).toMatchObject({ outcome: 'pass' });
      clock.mockImplementation(() => ours - 600_000);
      await fill(`(1, 'waiting', now() - interval '10 minutes')`);
      expect(await look(source, { since, oldestAtMost: '5m' })).toMatchObject({
        outcome: 'fail',
        measured: '10 m',
      });
    } finally {
      clock.mockRestore();
    }
  });

  test('it drains when the oldest job is another one', async () => {
    await fill(`(1, 'waiting', now() - interval '10 minutes'), (2, 'waiting', now())`);
    expect(await look(source, { since, drains: {} })).toMatchObject({
      outcome: 'fail',
      cause: 'queue-stands',
    });
    const taken = () => fill(`(2, 'waiting', now()), (3, 'waiting', now())`);
    expect(await look(source, { since, drains: {} }, taken)).toMatchObject({ outcome: 'pass' });
  });

  test.each<[string, string, Over, string]>([
    ['a column that is missing', 'select 1 as jobs', { waitingAtMost: 1 }, 'column-missing'],
    ['what is judged and not said', 'select 1 as waiting', { failedAtMost: 1 }, 'not-said'],
    ['no trace of work', 'select 1 as waiting', { drains: {} }, 'not-said'],
    ['several rows', 'select 1 as waiting union all select 2', { waitingAtMost: 1 }, 'not-one-row'],
    [
      'a table that is not there',
      'select count(*) as waiting from tasks',
      { waitingAtMost: 1 },
      'database-unavailable',
    ],
  ])('%s is unknown', async (_, text, limits, cause) => {
    const finding = await look({ ...source, sql: text }, limits);
    expect(finding).toMatchObject({ outcome: 'unknown', cause, remedy: expect.any(String) as string });
  });
});

describe('a queue in a document', () => {
  const source = {
    adapter: 'http',
    path: '/queues',
    waiting: 'mails.waiting',
    failed: 'mails.failed',
    oldest: 'mails.oldest',
    done: 'mails.done',
  };
  const limits = { waitingAtMost: 2, failedAtMost: 0, oldestAtMost: '5m' };
  const mails = (over: Over = {}) => ({
    mails: { waiting: 1, failed: [], oldest: new Date().toISOString(), done: 7, ...over },
  });

  test.each<[string, unknown, Over, Finding['outcome']]>([
    ['within its limits', mails(), limits, 'pass'],
    ['too many waiting', mails({ waiting: 3 }), limits, 'fail'],
    ['one that failed, in a list', mails({ failed: [{ id: 1 }] }), limits, 'fail'],
    ['an old one', mails({ oldest: Date.now() - 600_000 }), limits, 'fail'],
    ['none, and no oldest', mails({ waiting: 0, oldest: null }), limits, 'pass'],
    ['nothing processed', mails(), { drains: {} }, 'fail'],
    ['another shape', { queues: [] }, limits, 'unknown'],
    ['a word for a number', mails({ waiting: 'many' }), limits, 'unknown'],
    ['no JSON', 'hello', limits, 'unknown'],
  ])('%s', async (_, body, over, outcome) => {
    document = body;
    expect(await look(source, over)).toMatchObject({ outcome });
  });

  test('what it does not say hides no limit that is broken; a page of a list is no count', async () => {
    document = { mails: { waiting: 1 } };
    const silent = { adapter: 'http', path: '/queues', waiting: 'mails.waiting' };
    expect(await look(silent, { waitingAtMost: 2, failedAtMost: 0 })).toMatchObject({
      outcome: 'unknown',
      cause: 'not-said',
    });
    expect(await look(silent, { waitingAtMost: 0, failedAtMost: 0 })).toMatchObject({ outcome: 'fail' });
    document = { mails: { waiting: [{}, {}], next: '/queues?page=2' } };
    expect(await look(silent, { waitingAtMost: 2 })).toMatchObject({
      outcome: 'unknown',
      cause: 'only-a-page',
    });
  });

  test('it drains when more are done', async () => {
    document = mails();
    const finding = await look(source, { drains: {} }, async () => (document = mails({ done: 8 })));
    expect(finding).toMatchObject({ outcome: 'pass' });
  });
});
