import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { GreenlightError } from '../../contract/errors.ts';
import type { Lease, LeaseTaker } from '../numbered-lease.ts';
import { connectRedis, type RedisConnection } from '../redis-connection.ts';

/** A holder that does not renew is taken for dead after this long, by the clock of the server. */
const LIVES_MS = 60_000;
const RENEW_MS = 15_000;
/** So long before the key ends, a holder that could not renew stops by itself. */
const MARGIN_MS = 10_000;
const TIMEOUT_MS = 5000;

/** Both at once, so that a higher token always belongs to a later holder. */
const TAKE = `
if redis.call('exists', KEYS[1]) == 1 then return {0, redis.call('get', KEYS[1])} end
local token = redis.call('incr', KEYS[2])
redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {token, ''}`;
const RENEW = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0`;
const GIVE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;

/**
 * Takes a key of Redis for a target, or refuses at once. It ends by itself unless it is renewed; a holder that cannot
 * renew is told by `lost` before it ends. Each holder has a higher token than all before it.
 * @throws GreenlightError LEASE_HELD that names the holder, or LEASE_UNASKED where the server cannot be asked
 */
export async function acquireRedisLease(
  url: string,
  { target, run, phase }: LeaseTaker,
  livesMs = LIVES_MS,
): Promise<Lease> {
  // In one slot of a cluster.
  const key = `greenlight:{${target}}:lease`;
  const fence = `greenlight:{${target}}:fence`;
  const startedAt = new Date().toISOString();
  const own = JSON.stringify({
    lease: randomUUID(),
    run,
    phase,
    host: hostname(),
    pid: process.pid,
    startedAt,
  });
  let redis: RedisConnection | undefined;
  let answer: readonly [number, string];
  try {
    redis = await connectRedis(url, TIMEOUT_MS);
    const { client } = redis;
    answer = (await redis.inTime(TIMEOUT_MS, () =>
      client.eval(TAKE, 2, key, fence, own, String(livesMs)),
    )) as [number, string];
  } catch (cause) {
    redis?.client.disconnect();
    if (cause instanceof GreenlightError) throw cause;
    throw new GreenlightError('LEASE_UNASKED', 'Redis', { cause });
  }
  const [token, holder] = answer;
  if (token === 0) {
    redis.client.disconnect();
    throw new GreenlightError('LEASE_HELD', `${words(holder)} works on "${target}", by its key in Redis`);
  }
  return held(redis, { url, key, own, token, livesMs });
}

function held(
  first: RedisConnection,
  {
    url,
    key,
    own,
    token,
    livesMs,
  }: { url: string; key: string; own: string; token: number; livesMs: number },
): Lease {
  const lost = new AbortController();
  let redis = first;
  // By a clock that nobody sets: from when the last renewal that worked was asked for.
  let renewedAt = performance.now();
  const everyMs = Math.min(RENEW_MS, livesMs / 4);
  const lastMs = livesMs - Math.min(MARGIN_MS, livesMs / 4);
  const renew = async (): Promise<void> => {
    const askedAt = performance.now();
    try {
      const { client } = redis;
      const kept = await redis.inTime(Math.min(TIMEOUT_MS, everyMs), () =>
        client.eval(RENEW, 1, key, own, String(livesMs)),
      );
      if (kept === 1) renewedAt = askedAt;
      else lost.abort(new Error(`somebody else holds the lease in Redis (ours had the token ${token})`));
    } catch {
      // Tried again with a connection of its own, until the time is over.
      redis.client.disconnect();
      redis = await connectRedis(url, Math.min(TIMEOUT_MS, everyMs)).catch(() => redis);
    }
    if (performance.now() - renewedAt > lastMs)
      lost.abort(new Error('the lease in Redis could not be renewed in time'));
  };
  const timer = setInterval(() => void renew(), everyMs);
  timer.unref();
  return {
    lost: lost.signal,
    token,
    confirm: async () => {
      const before = renewedAt;
      await renew();
      // The connection was not there, and there is a new one to ask by.
      if (renewedAt === before && !lost.signal.aborted) await renew();
    },
    release: async () => {
      clearInterval(timer);
      const { client } = redis;
      // Where it cannot be given back it ends by itself.
      await redis.inTime(TIMEOUT_MS, () => client.eval(GIVE, 1, key, own)).catch(() => undefined);
      client.disconnect();
    },
  };
}

function words(holder: string): string {
  try {
    const { run, phase, host, pid, startedAt } = JSON.parse(holder) as Record<string, unknown>;
    return `run ${String(run)} (${String(phase)}) since ${String(startedAt)}, process ${String(pid)} on ${String(host)}`;
  } catch {
    return 'somebody';
  }
}
