import { parseArgs } from 'node:util';
import { diffKeyspaces } from '../../data-checks/redis/diff-keyspaces.ts';
import { startRedisPair, type TestRedis } from '../redis-pair.ts';

/**
 * How fast two Redis keyspaces are compared: values, types and expiry, in both directions.
 *
 *     npm run bench:redis -- [--keys 1000000]
 */
const { values } = parseArgs({ options: { keys: { type: 'string', default: '1000000' } } });
const keys = Number(values.keys);

/** Six strings in ten, the rest hashes, sets, sorted sets and lists; one in four expires. */
const FILL = `for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local key, kind = 'shop:' .. i, i % 10
  if kind < 6 then redis.call('SET', key, 'value of key ' .. i .. string.rep('x', i % 90))
  elseif kind < 8 then redis.call('HSET', key, 'name', 'n' .. i, 'total', i * 3, 'state', 'paid')
  elseif kind == 8 then redis.call('SADD', key, 'a' .. i, 'b' .. i, 'c' .. i)
  else redis.call('RPUSH', key, i, i + 1, i + 2) end
  if i % 4 == 0 then redis.call('PEXPIREAT', key, 4000000000000 + i) end
end`;

async function fill({ client }: TestRedis): Promise<void> {
  for (let from = 1; from <= keys; from += 20_000) {
    await client.eval(FILL, 0, from, Math.min(keys, from + 19_999));
  }
}

const pair = await startRedisPair();
try {
  await Promise.all([fill(pair.old), fill(pair.new)]);
  for (const round of ['equal', 'equal', '100 keys changed']) {
    if (round !== 'equal') {
      for (let key = 1; key <= 100; key += 1) await pair.new.client.set(`shop:${key * 7}`, 'changed');
    }
    let memory = 0;
    const watch = setInterval(() => (memory = Math.max(memory, process.memoryUsage.rss())), 50);
    const cpu = process.cpuUsage();
    const diff = await diffKeyspaces({ old: pair.old.url, new: pair.new.url });
    clearInterval(watch);
    const { user, system } = process.cpuUsage(cpu);
    console.log(
      `${round}: ${diff.answer}, ${diff.oldKeys} keys in ${diff.seconds.toFixed(1)} s = ${Math.round(keys / diff.seconds)} keys/s, ` +
        `client ${((user + system) / 1e6).toFixed(1)} s of processor, ${Math.round(memory / 1024 / 1024)} MB; ${diff.changed} changed`,
    );
  }
} finally {
  await pair.stop();
}
