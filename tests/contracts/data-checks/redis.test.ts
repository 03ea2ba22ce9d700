import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { diffKeyspaces } from '../../../data-checks/redis/diff-keyspaces.ts';
import type { KeyspaceDiff, KeyspaceOptions } from '../../../data-checks/redis/keyspace-diff.ts';
import { redisAddress } from '../../../contract/plan/redis-address.ts';
import { sizeOf } from '../../../data-checks/redis/pace.ts';
import { canPack } from '../../../data-checks/redis/packed-keys.ts';
import { openReader, type Reader, type Reply, type SideName } from '../../../data-checks/redis/reader.ts';
import { comparePass } from '../../../data-checks/redis/scan.ts';
import { expiryReader } from '../../../data-checks/redis/server-facts.ts';
import { type RedisPair, startRedisPair } from '../../redis-pair.ts';
import { greenlight } from './greenlight-command.ts';

const SECRET = 'hunter2-is-a-value';
let pair: RedisPair;
let old: Redis;
let next: Redis;

beforeAll(async () => {
  pair = await startRedisPair();
  [old, next] = [pair.old.client, pair.new.client];
});
afterAll(async () => {
  await pair?.stop();
});

async function refill(): Promise<void> {
  await Promise.all([old.flushall(), next.flushall()]);
  await Promise.all([fill(old), fill(next)]);
}

const LATER = 4_000_000_000_000;

/** Every type, small and beyond one window. */
async function fill(client: Redis): Promise<void> {
  const many = Array.from({ length: 1500 }, (_, index) => `item-${index}`);
  await client
    .pipeline()
    .set('text', 'value')
    .set('empty', '')
    .set('bytes', Buffer.from([0xfe]))
    .set(Buffer.from([0xff, 0x00, 0x61]), 'its name is no text')
    .set('long', 'x'.repeat(600_000))
    .set('session:1', 'user', 'PXAT', LATER)
    .hset('hash', { name: 'Ada', mail: 'ada@example.com' })
    .hset('big-hash', Object.fromEntries(many.map((name) => [name, `value of ${name}`])))
    .sadd('set', 'a', 'b', 'c')
    .sadd('numbers', 3, 1, 2)
    .sadd('big-set', ...many)
    .zadd('zset', 1.5, 'a', '-inf', 'b', 0.1, 'c')
    .zadd('big-zset', ...many.flatMap((name, index) => [index / 7, name]))
    .rpush('list', 'a', 'b', 'a')
    .rpush('big-list', ...many)
    .exec();
  const entries = client.pipeline();
  for (let id = 1; id <= 700; id += 1) entries.xadd('stream', `${id}-1`, 'order', String(id));
  await entries.exec();
  await client.xgroup('CREATE', 'stream', 'workers', '0');
  await client.xreadgroup('GROUP', 'workers', 'ann', 'COUNT', 3, 'STREAMS', 'stream', '>');
}

function diff(more: Partial<KeyspaceOptions> = {}): Promise<KeyspaceDiff> {
  return diffKeyspaces({ old: pair.old.url, new: pair.new.url, rounds: 1, firstPauseMs: 20, ...more });
}

type Kind = 'missing' | 'extra' | 'changed';
type Change = (client: Redis, key: string) => Promise<unknown>;

/** What is done to a copy of the key, and the parts of it that are then named. */
const FAULTS: readonly (readonly [string, Kind, key: string, parts: readonly string[], Change])[] = [
  ['a lost key', 'missing', 'text', [], (client, key) => client.del(key)],
  ['another value', 'changed', 'text', ['value'], (client, key) => client.set(key, 'valuE')],
  ['a value instead of none', 'changed', 'empty', ['value'], (client, key) => client.set(key, ' ')],
  ['a lost empty value', 'missing', 'empty', [], (client, key) => client.del(key)],
  [
    'bytes that are no text',
    'changed',
    'bytes',
    ['value'],
    (client, key) => client.set(key, Buffer.from([0xfd])),
  ],
  [
    'the last byte of a long value',
    'changed',
    'long',
    ['value'],
    (client, key) => client.setrange(key, 599_999, 'y'),
  ],
  ['a longer value', 'changed', 'long', ['value'], (client, key) => client.append(key, 'x')],
  [
    'an expiry that is later',
    'changed',
    'session:1',
    ['expiry'],
    (client, key) => client.pexpireat(key, LATER + 5000),
  ],
  ['an expiry that is gone', 'changed', 'session:1', ['expiry'], (client, key) => client.persist(key)],
  [
    'an expiry that was never there',
    'changed',
    'hash',
    ['expiry'],
    (client, key) => client.pexpireat(key, LATER),
  ],
  [
    'another type',
    'changed',
    'set',
    ['type'],
    (client, key) => client.multi().del(key).zadd(key, 1, 'a').exec(),
  ],
  [
    'a string instead of a list',
    'changed',
    'list',
    ['type'],
    (client, key) => client.multi().del(key).set(key, 'a').exec(),
  ],
  ['a field', 'changed', 'hash', ['field name'], (client, key) => client.hset(key, 'name', 'Eve')],
  [
    'a lost field of many',
    'changed',
    'big-hash',
    ['field item-1499'],
    (client, key) => client.hdel(key, 'item-1499'),
  ],
  [
    'a field too many of many',
    'changed',
    'big-hash',
    ['field x'],
    (client, key) => client.hset(key, 'x', ''),
  ],
  [
    'a field of many',
    'changed',
    'big-hash',
    ['field item-7'],
    (client, key) => client.hset(key, 'item-7', ''),
  ],
  [
    'a member',
    'changed',
    'set',
    ['member', 'member'],
    (client, key) => client.multi().srem(key, 'a').sadd(key, 'A').exec(),
  ],
  [
    'a member of many',
    'changed',
    'big-set',
    ['member', 'member'],
    (client, key) => client.multi().srem(key, 'item-3').sadd(key, 'Item-3').exec(),
  ],
  ['a score', 'changed', 'zset', ['member'], (client, key) => client.zadd(key, 1.5000000000000002, 'a')],
  [
    'a score of many',
    'changed',
    'big-zset',
    ['member'],
    (client, key) => client.zincrby(key, 1, 'item-1000'),
  ],
  [
    'the order of a list',
    'changed',
    'list',
    ['[0]', '[1]'],
    (client, key) => client.multi().del(key).rpush(key, 'b', 'a', 'a').exec(),
  ],
  ['an element of many', 'changed', 'big-list', ['[1499]'], (client, key) => client.lset(key, 1499, 'x')],
  ['a shorter list', 'changed', 'big-list', ['[1499]'], (client, key) => client.rpop(key)],
  ['an entry of a stream', 'changed', 'stream', ['entry 650-1'], (client, key) => client.xdel(key, '650-1')],
  ['where a stream goes on', 'changed', 'stream', ['last id'], (client, key) => client.xsetid(key, '9000-1')],
  [
    'a group',
    'changed',
    'stream',
    ['group workers'],
    (client, key) => client.xgroup('DESTROY', key, 'workers'),
  ],
  [
    'what a group has done',
    'changed',
    'stream',
    ['group workers', 'pending 2-1 of group workers'],
    (client, key) => client.xack(key, 'workers', '2-1'),
  ],
];

describe('one fault in each of many keys', () => {
  let there: KeyspaceDiff;
  let back: KeyspaceDiff;
  const named = (at: number, key: string): string => `${at}:${key}`;

  beforeAll(async () => {
    await refill();
    for (const [at, [, , key, , change]] of FAULTS.entries()) {
      for (const client of [old, next]) await client.copy(key, named(at, key));
      await change(next, named(at, key));
    }
    await next.set('one too many', '');
    there = await diff({ mostShown: 100 });
    back = await diff({ old: pair.new.url, new: pair.old.url, mostShown: 100 });
  });

  test.each(FAULTS.map((fault, at) => [fault[0], at, fault] as const))(
    'finds %s',
    (_, at, [, kind, key, parts]) => {
      const shown = (found: KeyspaceDiff) => found.differences.filter((one) => one.key === named(at, key));
      expect(shown(there).map((one) => [one.kind, one.parts.map((part) => part.name)])).toEqual([
        [kind, parts],
      ]);
      expect(shown(back).map((one) => one.kind)).toEqual([kind === 'missing' ? 'extra' : kind]);
    },
  );

  test('finds the same where the servers do not pack keys for this user', async () => {
    const plain = (url: string): string => url.replace('//', '//plain:pw@');
    for (const client of [old, next]) {
      await client.call('ACL', 'SETUSER', 'plain', 'on', '>pw', '~*', '+@all', '-eval_ro');
    }
    await next.config('RESETSTAT');
    const found = await diff({ old: plain(pair.old.url), new: plain(pair.new.url), mostShown: 100 });
    expect(await next.info('commandstats')).not.toMatch(/eval_ro:calls=[1-9]/);
    const byKey = (one: KeyspaceDiff) => [...one.differences].sort((a, b) => (a.key < b.key ? -1 : 1));
    expect(byKey(found)).toEqual(byKey(there));
    expect(found).toMatchObject({ missing: there.missing, extra: there.extra, changed: there.changed });
  });

  test('finds what there is too much of, and nothing else', () => {
    expect(there.differences).toContainEqual({ kind: 'extra', key: 'one too many', parts: [] });
    expect(there).toMatchObject({ answer: 'different', missing: 2, extra: 1, changed: FAULTS.length - 2 });
    expect(back).toMatchObject({ answer: 'different', missing: 1, extra: 2, changed: FAULTS.length - 2 });
  });
});

describe('two keyspaces', () => {
  beforeEach(refill);

  test('keyspaces that hold the same in another order, encoding or way are equal', async () => {
    // Another order of fields and members; an intset and a listpack that once were hash tables.
    await next.del('hash', 'set', 'numbers');
    await next.hset('hash', { mail: 'ada@example.com', name: 'Ada' });
    await next.sadd('numbers', 'no-number', 1, 2, 3);
    await next.srem('numbers', 'no-number');
    await next.sadd('set', 'c', 'x'.repeat(100), 'b', 'a');
    await next.srem('set', 'x'.repeat(100));
    await next.hset('big-hash', 'one-more', 1);
    await next.hdel('big-hash', 'one-more');
    await next.pexpireat('session:1', LATER + 400);
    expect(await diff()).toMatchObject({
      answer: 'equal',
      oldKeys: 16,
      newKeys: 16,
      missing: 0,
      differences: [],
    });
  });

  test('counts all of many differences', async () => {
    const names = Array.from({ length: 3000 }, (_, index) => `more:${index}`);
    await old.mset(Object.fromEntries(names.map((name) => [name, name])));
    await next.mset(
      Object.fromEntries(names.slice(1000).map((name, at) => [name, at < 500 ? 'other' : name])),
    );
    await next.mset('extra:1', 1, 'extra:2', 2);
    expect(await diff()).toMatchObject({
      missing: 1000,
      changed: 500,
      extra: 2,
      oldKeys: 3016,
      newKeys: 2018,
    });
  });

  describe('while somebody writes', () => {
    async function whileWriting(
      write: (round: number) => Promise<unknown>,
      more: Partial<KeyspaceOptions>,
    ): Promise<KeyspaceDiff> {
      let [running, round] = [true, 0];
      const writer = (async () => {
        while (running) await write((round += 1));
      })();
      try {
        return await diff(more);
      } finally {
        running = false;
        await writer;
      }
    }

    test('keys that come and go on both sides are no difference, and planted ones are found', async () => {
      const busy = async (round: number): Promise<void> => {
        const name = `busy:${round % 50}`;
        await old.set(name, round);
        await next.set(name, round);
        if (round % 3 === 0) await Promise.all([old.del(name), next.del(name)]);
        if (round % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      };
      const equal = await whileWriting(busy, { rounds: 4, ignore: [] });
      expect(['equal', 'unstable']).toContain(equal.answer);
      await next.hset('hash', 'name', 'Eve');
      const planted = await whileWriting(busy, { rounds: 4 });
      expect(planted.answer).toBe('different');
      expect(planted.differences.map((one) => one.key)).toContain('hash');
    });

    test.each([
      ['a short value', (round: number) => next.set('text', `moved ${round}`)],
      ['the end of a value', (round: number) => next.set('long', `${'y'.repeat(300)}${round}`)],
      [
        'a value behind its first difference',
        (round: number) =>
          next.pipeline().setrange('long', 0, 'y').setrange('long', 599_000, String(round)).exec(),
      ],
      ['the end of a field', (round: number) => next.hset('hash', 'name', `${'y'.repeat(300)}${round}`)],
      ['the end of an element', (round: number) => next.lset('list', 0, `${'y'.repeat(300)}${round}`)],
    ])('%s that never stands still is unstable, neither equal nor different', async (_, write) => {
      await write(0);
      const found = await whileWriting(write, { rounds: 2, firstPauseMs: 50 });
      expect(found).toMatchObject({ answer: 'unstable', changed: null });
    });
  });

  test('compares only what was asked for, and says so', async () => {
    await next.set('cache:1', 'x');
    await next.del('text');
    const found = await diff({ ignore: ['cache:*', 'text'] });
    expect(found.answer).toBe('equal');
    expect(found.notCompared).toEqual(expect.arrayContaining(['keys like cache:*', 'keys like text']));
    expect(await diff({ prefixes: ['session:', 'big-'] })).toMatchObject({ answer: 'equal', oldKeys: 5 });
    expect(await diff({ prefixes: ['nothing:'] })).toMatchObject({
      answer: 'not-checked',
      cause: 'nothing-compared',
    });
  });

  test('other databases of the same servers are named, not compared', async () => {
    await old.select(3);
    await old.set('x', 1);
    await old.select(0);
    expect((await diff()).notCompared).toContain('database 3 of old: 1 keys');
    const third = { old: `${pair.old.url}/3`, new: `${pair.new.url}/3` };
    expect(await diff(third)).toMatchObject({ old: 'database 3', answer: 'different', missing: 1 });
  });

  test.each(['', '/', '?db=0', '/0', '/00'])(
    'a server compared with itself (%s) is not checked',
    async (end) => {
      expect(await diff({ new: `${pair.old.url}${end}` })).toMatchObject({
        answer: 'not-checked',
        cause: 'same-keyspace',
      });
    },
  );

  test('a database that the server refuses is never taken for another one', async () => {
    for (const client of [old, next]) {
      await client.call('ACL', 'SETUSER', 'fixed', 'on', '>pw', '~*', '+@all', '-select');
    }
    const fixed = (url: string): string => `${url.replace('//', '//fixed:pw@')}/3`;
    const refused = [
      { old: fixed(pair.old.url), new: fixed(pair.new.url) },
      { old: `${pair.old.url}/99`, new: `${pair.new.url}/99` },
      { new: `${pair.new.url}?db=99` },
    ];
    for (const addresses of refused) {
      const found = await diff(addresses);
      expect(found).toMatchObject({ answer: 'not-checked', cause: 'unreadable', oldKeys: null });
      expect(found.reason).toMatch(/no database (3|99) on the (old|new) server/);
    }
  });

  test.each(['/3/', '/cache', '/-1', '/3?db=4', '?db=x', '?db='])(
    'an address that ends with %s is an error, whatever the client makes of it',
    async (end) => {
      const url = `${pair.new.url.replace('//', `//app:${SECRET}@`)}${end}`;
      const failed = diff({ new: url });
      await expect(failed).rejects.toMatchObject({ code: 'ADDRESS_INVALID' });
      await expect(failed).rejects.toThrow(/the address of new .*database/);
      await expect(failed).rejects.not.toThrow(SECRET);
    },
  );

  describe('a replica', () => {
    const follow = async (port: string): Promise<void> => {
      await next.call('REPLICAOF', '127.0.0.1', port);
    };
    const link = async (): Promise<boolean> =>
      (await next.info('replication')).includes('master_link_status:up');
    afterEach(async () => {
      await next.call('REPLICAOF', 'NO', 'ONE');
    });

    test('that lost its primary is not checked, at the start or later', async () => {
      const stale = { answer: 'not-checked', cause: 'stale-replica', oldKeys: null };
      let lost: Promise<void> | undefined;
      expect(await diff({ onProgress: () => void (lost ??= follow('1')) })).toMatchObject(stale);
      await lost;
      expect(await diff()).toMatchObject(stale);
    });

    test('that follows its primary is compared and named', async () => {
      await old.config('SET', 'repl-diskless-sync-delay', '0');
      await follow(new URL(pair.old.url).port);
      await vi.waitUntil(link, { timeout: 20_000, interval: 50 });
      const found = await diff();
      expect(found).toMatchObject({ answer: 'equal', oldKeys: 16 });
      expect(found.notCompared.join()).toContain('new is a replica');
    });
  });

  test('a server that evicts keys meanwhile makes no keyspace equal', async () => {
    await next.select(5);
    await next.eval("for i = 1, 2000 do redis.call('SET', i, string.rep('x', 1000), 'EX', 9999) end", 0);
    await next.select(0);
    await next.persist('session:1');
    await old.persist('session:1');
    await next.config('SET', 'maxmemory-policy', 'volatile-ttl');
    const used = Number(/used_memory:(\d+)/.exec(await next.info('memory'))?.[1]);
    let shrunk: Promise<unknown> | undefined;
    try {
      const found = await diff({
        onProgress: () => void (shrunk ??= next.config('SET', 'maxmemory', used - 1_000_000)),
      });
      expect(found).toMatchObject({ answer: 'unstable', cause: 'evicting', missing: null });
    } finally {
      await shrunk;
      await next.config('SET', 'maxmemory', 0);
    }
  });

  test.each(['packed', 'one by one', 'one by one without sizes'])(
    'many keys with large items are never read at once: %s',
    async (way) => {
      const size = way === 'one by one without sizes' ? 500 : 8000;
      for (const client of [old, next]) {
        await client.flushall();
        await client.eval(
          `for key = 1, 20 do
            for item = 1, 120 do
              redis.call('HSET', 'hash' .. key, item, string.rep('x', ${size}))
              redis.call('RPUSH', 'list' .. key, string.rep('x', ${size}))
              redis.call('SADD', 'small' .. key, item .. string.rep('x', 200))
            end
          end`,
          0,
        );
        await client.call('ACL', 'SETUSER', 'sizeless', 'on', '>pw', '~*', '+@all', '-memory');
      }
      await next.hset('hash7', '100', 'other');
      await next.lset('list9', 110, 'other');
      let most = 0;
      const open = async (side: SideName): Promise<Reader> => {
        const url = way.includes('without') ? pair[side].url.replace('//', '//sizeless:pw@') : pair[side].url;
        const address = redisAddress(url);
        if (!('database' in address)) throw new Error('no address');
        const reader = await openReader({ side, address, timeoutMs: 10_000 });
        const weighed = <T extends Reply>(reply: T): T => {
          most = Math.max(most, sizeOf(reply));
          return reply;
        };
        return {
          ...reader,
          ask: async (commands) => weighed<readonly Reply[]>(await reader.ask(commands)),
          one: async (...command) => weighed(await reader.one(...command)),
        };
      };
      const readers = [await open('old'), await open('new')] as const;
      try {
        const found = new Set<string>();
        const expiry = [
          await expiryReader(readers[0], 'no-such-key'),
          await expiryReader(readers[1], 'no-such-key'),
        ] as const;
        expect(await canPack(readers[0], 'no-such-key')).toBe(!way.includes('without'));
        await comparePass(
          { readers, expiry, toleranceMs: 0, packed: way === 'packed' },
          { wanted: () => true, pattern: undefined },
          { seen: () => undefined, suspect: (key) => found.add(key.toString()) },
        );
        expect([...found].sort()).toEqual(['hash7', 'list9']);
        expect(most).toBeLessThan(1_500_000);
      } finally {
        for (const reader of readers) reader.close();
      }
    },
  );

  test('keys that a user may not read make the answer unknown', async () => {
    await next.call('ACL', 'SETUSER', 'reader', 'on', '>pw', '~session:*', '+@all');
    const url = new URL(pair.new.url);
    [url.username, url.password] = ['reader', 'pw'];
    const found = await diff({ new: url.href });
    expect(found).toMatchObject({ answer: 'not-checked', cause: 'unreadable' });
    expect(found.reason).toContain('NOPERM');
  });

  test('a user who may read the asked keys only can compare those', async () => {
    for (const client of [old, next]) {
      await client.call('ACL', 'SETUSER', 'app', 'on', '>pw', '~app:*', '~shop:*', '+@all');
      await client.mset('app:1', 'a', 'shop:1', 'b');
    }
    await next.set('app:1', 'other');
    const [before, after] = [new URL(pair.old.url), new URL(pair.new.url)];
    for (const url of [before, after]) [url.username, url.password] = ['app', 'pw'];
    const as = { old: before.href, new: after.href };
    const found = await diff({ ...as, prefixes: ['app:'] });
    expect(found, found.reason).toMatchObject({ answer: 'different', changed: 1 });
    expect(await diff({ ...as, prefixes: ['shop:'] })).toMatchObject({ answer: 'equal', oldKeys: 1 });
    expect(await diff({ ...as, prefixes: ['app:', 'shop:'] })).toMatchObject({ changed: 1, oldKeys: 2 });
    expect(await diff({ ...as, prefixes: ['else:', 'app:'] })).toMatchObject({ answer: 'not-checked' });
  });

  test.each([
    ['missing', 'session:1', () => next.del('session:1')],
    ['extra', 'mine', () => next.set('mine', 'x')],
    ['changed', 'session:1', () => next.set('session:1', 'another user')],
  ] as const)('a key that is %s is so, however often its expiry is put off', async (kind, key, change) => {
    await change();
    let at = LATER;
    const busy = kind === 'extra' ? next : old;
    const timer = setInterval(() => void busy.pexpireat(key, (at += 60_000)).catch(() => undefined), 5);
    try {
      expect(await diff({ rounds: 2 })).toMatchObject({ answer: 'different', [kind]: 1 });
    } finally {
      clearInterval(timer);
    }
  });

  test('a key of which nothing but the expiry differs, and that is put off, is unstable', async () => {
    let at = LATER + 3_600_000;
    const timer = setInterval(() => void old.pexpireat('session:1', (at += 60_000)), 1);
    try {
      expect(await diff({ rounds: 1 })).toMatchObject({ answer: 'unstable' });
    } finally {
      clearInterval(timer);
    }
  });

  test('only commands that read are sent', async () => {
    await Promise.all([old.call('CONFIG', 'RESETSTAT'), next.call('CONFIG', 'RESETSTAT')]);
    await next.hset('big-hash', 'item-7', '');
    await diff();
    for (const client of [old, next]) {
      const stats = await client.info('commandstats');
      const commands = [...stats.matchAll(/cmdstat_([a-z|]+):/g)].map(([, name]) => name ?? '');
      // The client's own greeting, and what this test does, besides.
      const others = [
        'hello',
        'auth',
        'select',
        'client|setname',
        'client|setinfo',
        'config|resetstat',
        'info',
        'hset',
        'memory|usage',
      ];
      const reading =
        /^(scan|type|exists|pexpiretime|dbsize|strlen|getrange|hscan|hlen|hmget|sscan|scard|sismember|zscan|zcard|zscore|llen|lrange|xrange|xinfo\|.*|xpending|eval_ro)$/;
      expect(commands.filter((name) => !others.includes(name) && !reading.test(name))).toEqual([]);
    }
  });

  describe('greenlight data redis', () => {
    const run = (...more: string[]): ReturnType<typeof greenlight> =>
      greenlight('data', 'redis', '--old', pair.old.url, '--new', pair.new.url, '--rounds', '1', ...more);

    test('answers 0 when all is equal, and shows the room that is left', async () => {
      const { code, out, err } = await run('--max-clients-share', '0.9');
      expect(code, `${out}${err}`).toBe(0);
      expect(out).toMatch(/database 0 +equal +16 +16 +0 +0 +0/);
      expect(out).toMatch(/new: within: clients: \d+ of 10000/);
    });

    test('answers 10 for different keys, with masked values unless they may be shown', async () => {
      await next.set('text', SECRET);
      const { code, out } = await run();
      expect(code).toBe(10);
      expect(out).toContain('changed text in value');
      expect(out).not.toContain(SECRET);
      expect((await run('--json')).out).not.toContain(SECRET);
      expect((await run('--values')).out).toContain(`value (value -> ${SECRET})`);
    });

    test('answers 10 when new has no room left although all keys are equal', async () => {
      const { code, out } = await run('--max-memory-share', '0.000001');
      expect(code).toBe(10);
      expect(out).toContain('new: over: memory');
    });

    test('answers 20 when there is nothing, unless that is allowed', async () => {
      await Promise.all([old.flushall(), next.flushall()]);
      expect(await run()).toMatchObject({ code: 20 });
      expect(await run('--allow-empty')).toMatchObject({ code: 0 });
    });

    test('answers 20 and hides the password when a server can not be reached', async () => {
      const nowhere = `redis://app:${SECRET}@127.0.0.1:1/0`;
      const { code, out, err } = await greenlight('data', 'redis', '--old', pair.old.url, '--new', nowhere);
      expect(code).toBe(20);
      expect(err).toContain('The new server could not be read');
      expect(out + err).not.toContain(SECRET);
    });

    test.each([
      ['no number', ['--old', `redis://app:${SECRET}@127.0.0.1:1/cache`, '--new', 'redis://127.0.0.1:1']],
      ['no Redis', ['--old', `http://app:${SECRET}@127.0.0.1:1`, '--new', 'redis://127.0.0.1:1']],
      [
        'no share',
        ['--old', 'redis://127.0.0.1:1', '--new', 'redis://127.0.0.1:1', '--max-memory-share', '80'],
      ],
    ])('answers 64 for %s', async (_, args) => {
      const { code, err } = await greenlight('data', 'redis', ...args);
      expect(code).toBe(64);
      expect(err).not.toContain(SECRET);
    });
  });
});

// The last one: afterwards the server is gone.
test('a server that goes away in the middle makes the answer unknown', async () => {
  await old.mset(Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, index])));
  let killed = false;
  const found = await diff({
    onProgress: () => {
      if (!killed) process.kill(pair.new.pid, 'SIGKILL');
      killed = true;
    },
  });
  expect(found).toMatchObject({ answer: 'not-checked', cause: 'connection-lost', oldKeys: null });
});
