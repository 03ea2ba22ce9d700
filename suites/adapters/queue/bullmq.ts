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
  readonly inHand: readonly string[];
}

export interface BullmqQueue {
  readonly redis: string;
  readonly queue: string;
  readonly prefix: string;
}

/** So many jobs are looked at one by one: those that are next, and as many that waited longest by their place. */
const LOOKED_AT = 200;
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
      client.zcount(key('failed'), String(failedSince ?? '-inf'), '+inf'),
      client.hexists(key('meta'), 'paused'),
      client.lrange(key('active'), 0, LOOKED_AT - 1),
      client.lrange(key('wait'), -LOOKED_AT, -1),
      client.lrange(key('paused'), -LOOKED_AT, -1),
      client.zrange(key('prioritized'), '0', String(LOOKED_AT - 1)),
      client.zrangebyscore(key('delayed'), '-inf', String(due), 'LIMIT', 0, LOOKED_AT),
    ]);
    // Versions before 5 keep markers among the jobs.
    const next = [...firstOf, ...lastOf, ...byPriority, ...dueFirst].filter((id) => !id.startsWith('0:'));
    const markers = firstOf.length + lastOf.length + byPriority.length + dueFirst.length - next.length;
    const born = await Promise.all(next.map((id) => client.hmget(key(id), 'timestamp', 'delay')));
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
      inHand: active.filter((_, at) => locks[at] === 1),
    };
  });
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
