import { redisAddress } from '../../../contract/plan/redis-address.ts';
import { connectRedis, type RedisConnection } from '../../../safety/redis-connection.ts';

/** A queue of BullMQ, as its keys tell it (read from versions 5 and 6). */
export interface BullmqState {
  /** False where the Redis holds nothing of such a queue. */
  readonly there: boolean;
  readonly waiting: number;
  readonly failed: number;
  readonly oldestMs: number;
  readonly paused: boolean;
  readonly next: readonly string[];
  /** Of the jobs that wait, those that were looked at; `next` are among them. */
  readonly seen: readonly string[];
  /** Jobs that were completed or failed, as far as they are kept. */
  readonly done: number;
  readonly inHand: readonly string[];
}

export interface BullmqQueue {
  readonly redis: string;
  readonly queue: string;
  readonly prefix: string;
}

/** So many jobs of each list are looked at one by one, from where jobs are taken. */
const LOOKED_AT = 200;
/** So many of each list are next. Jobs that go before them push the last ones out of what is looked at, not these. */
const NEXT = 20;
/** Jobs with a priority are sorted by this times the priority, and then by their turn. */
const PRIORITY_FACTOR = 2 ** 32;
/** So many priorities are looked at, of each the job that waits longest. */
const MOST_PRIORITIES = 200;
/** Delayed jobs are sorted by milliseconds times this, so that 4096 of one millisecond keep their order. */
const DELAY_FACTOR = 4096;

/**
 * Looks into the queue by commands that only read. `wait` and `paused` are lists, taken from their right end; `prioritized`
 * is sorted by priority and `delayed` by its time; `failed` by the moment of the failure; a job is a hash with `timestamp`;
 * `<id>:lock` lives as long as its worker; `meta` says `paused`.
 * @param failedSince in milliseconds since 1970
 * @throws Error of the server or the client
 */
export async function lookAtBullmq(
  connection: RedisConnection,
  { queue, prefix }: Pick<BullmqQueue, 'queue' | 'prefix'>,
  failedSince: number | undefined,
  timeoutMs: number,
): Promise<BullmqState> {
  const { client } = connection;
  const key = (name: string): string => `${prefix}:${queue}:${name}`;
  return connection.inTime(timeoutMs, async () => {
    const [seconds] = await client.time();
    const now = Number(seconds) * 1000;
    const due = (now + 1) * DELAY_FACTOR;
    const [
      keys,
      wait,
      held,
      prioritized,
      overdue,
      completed,
      failedEver,
      failed,
      paused,
      active,
      firstOf,
      lastOf,
      byPriority,
      dueFirst,
    ] = await Promise.all([
      client.exists(...['meta', 'id', 'wait', 'active', 'completed', 'failed', 'delayed'].map(key)),
      client.llen(key('wait')),
      client.llen(key('paused')),
      client.zcard(key('prioritized')),
      client.zcount(key('delayed'), '-inf', String(due)),
      client.zcard(key('completed')),
      client.zcard(key('failed')),
      client.zcount(key('failed'), String(failedSince ?? '-inf'), '+inf'),
      client.hexists(key('meta'), 'paused'),
      client.lrange(key('active'), 0, LOOKED_AT - 1),
      client.lrange(key('wait'), -LOOKED_AT, -1),
      client.lrange(key('paused'), -LOOKED_AT, -1),
      client.zrange(key('prioritized'), '0', String(LOOKED_AT - 1)),
      client.zrangebyscore(key('delayed'), '-inf', String(due), 'LIMIT', 0, LOOKED_AT),
    ]);
    const looked = [...firstOf, ...lastOf, ...byPriority, ...dueFirst];
    const seen = looked.filter(isJob);
    const next = [
      ...firstOf.filter(isJob).slice(-NEXT),
      ...lastOf.filter(isJob).slice(-NEXT),
      ...byPriority.slice(0, NEXT),
      ...dueFirst.slice(0, NEXT),
    ];
    const markers = looked.length - seen.length;
    const behind = prioritized > LOOKED_AT ? await firstOfEachPriority(client, key('prioritized')) : [];
    const born = await Promise.all(
      [...seen, ...behind].map((id) => client.hmget(key(id), 'timestamp', 'delay')),
    );
    const since = born.flatMap(([timestamp, delay]) =>
      timestamp === null || timestamp === undefined ? [] : [Number(timestamp) + Number(delay ?? 0)],
    );
    const locks = await Promise.all(active.map((id) => client.exists(key(`${id}:lock`))));
    return {
      there: keys > 0,
      waiting: wait + held + prioritized + overdue - markers,
      failed,
      oldestMs: since.length === 0 ? 0 : Math.max(0, now - Math.min(...since)),
      paused: paused === 1 || held > 0,
      next,
      seen,
      done: completed + failedEver,
      inHand: active.filter((_, at) => locks[at] === 1),
    };
  });
}

/** Versions before 5 keep markers among the jobs. */
const isJob = (id: string): boolean => !id.startsWith('0:');

/** The oldest job waits mostly in the lowest priority, behind all that are next. */
async function firstOfEachPriority(
  client: RedisConnection['client'],
  prioritized: string,
): Promise<readonly string[]> {
  const first: string[] = [];
  let from = '-inf';
  while (first.length < MOST_PRIORITIES) {
    const [id, score] = await client.zrangebyscore(prioritized, from, '+inf', 'WITHSCORES', 'LIMIT', 0, 1);
    if (id === undefined || score === undefined) break;
    first.push(id);
    from = String((Math.floor(Number(score) / PRIORITY_FACTOR) + 1) * PRIORITY_FACTOR);
  }
  return first;
}

/** Opens the Redis of a queue, in the database that its address names. @throws Error of the server or the client */
export async function openBullmq(url: string, timeoutMs: number): Promise<RedisConnection> {
  const address = redisAddress(url);
  if ('problem' in address) throw new Error(`the address ${address.problem}`);
  const connection = await connectRedis(address.server, timeoutMs);
  try {
    if (address.database !== 0)
      await connection.inTime(timeoutMs, () => connection.client.select(address.database));
    return connection;
  } catch (error) {
    connection.client.disconnect();
    throw error;
  }
}
