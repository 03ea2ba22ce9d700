import { describe, expect, test } from 'vitest';
import { redisAddress } from '../../../../contract/plan/redis-address.ts';
import { keyFilter, readable, scanPattern } from '../../../../data-checks/redis/key-filter.ts';
import { roomOf } from '../../../../data-checks/redis/room.ts';
import { evictions, versionNotes } from '../../../../data-checks/redis/server-state.ts';
import { momentOf, sameMoment } from '../../../../data-checks/redis/server-facts.ts';
import { sameWindow } from '../../../../data-checks/redis/windows.ts';

const bytes = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text));
const scanned = (...texts: string[]): readonly [Buffer, Buffer[]] => [Buffer.from('0'), bytes(...texts)];

describe('which keys are compared', () => {
  test.each([
    [{ prefixes: [], ignore: [] }, 'anything', true],
    [{ prefixes: ['session:'], ignore: [] }, 'session:1', true],
    [{ prefixes: ['session:'], ignore: [] }, 'cart:1', false],
    [{ prefixes: ['a', 'b'], ignore: [] }, 'b1', true],
    [{ prefixes: [], ignore: ['tmp:*'] }, 'tmp:1', false],
    [{ prefixes: [], ignore: ['tmp:*'] }, 'a:tmp:1', true],
    [{ prefixes: [], ignore: ['a.c'] }, 'abc', true],
    [{ prefixes: [], ignore: ['*:é'] }, 'x:é', false],
  ])('%o: %s %s', (filter, key, wanted) => {
    expect(keyFilter(filter)(Buffer.from(key))).toBe(wanted);
  });

  test('one prefix is looked for by the server, with its special characters taken as they are', () => {
    expect(scanPattern({ prefixes: ['a*[b]?'], ignore: [] })).toBe('a\\*\\[b\\]\\?*');
    expect(scanPattern({ prefixes: ['a', 'b'], ignore: [] })).toBeUndefined();
  });

  test('keys that are no text are shown in a way that tells them apart', () => {
    expect(readable(Buffer.from('ключ'))).toBe('ключ');
    expect(readable(Buffer.from([0x61, 0xff, 0x00]))).toBe('a\\xff\\x00');
  });
});

describe('values as servers give them', () => {
  test('fields, members and scores in another order or another spelling are the same', () => {
    expect(sameWindow('hash', scanned('a', '1', 'b', '2'), scanned('b', '2', 'a', '1'))).toBe('same');
    expect(sameWindow('set', scanned('a', 'b', 'b'), scanned('b', 'a'))).toBe('same');
    const scores = scanned('a', '0.10000000000000001', 'b', 'inf', 'c', '3');
    expect(sameWindow('zset', scores, scanned('c', '3', 'b', '+inf', 'a', '0.1'))).toBe('same');
  });

  test.each([
    ['hash', scanned('a', '1'), scanned('a', '2')],
    ['hash', scanned('a', ''), scanned()],
    ['hash', scanned('a', 'b'), scanned('b', 'a')],
    ['set', scanned('a'), scanned('a', 'b')],
    ['zset', scanned('a', 'inf'), scanned('a', '-inf')],
    ['zset', scanned('a', '1'), scanned('a', '1.0000000000000002')],
  ] as const)('a different %s is different', (type, old, next) => {
    expect(sameWindow(type, old, next)).toBe('different');
  });

  test('lists have an order, strings have bytes', () => {
    expect(sameWindow('list', bytes('a', 'b'), bytes('b', 'a'))).toBe('different');
    // Both would become the same text.
    expect(sameWindow('string', Buffer.from([0xff]), Buffer.from([0xfe]))).toBe('different');
  });

  test('a value that goes on after its window is not judged by it', () => {
    const unfinished = [Buffer.from('7'), bytes('a')];
    expect(sameWindow('set', unfinished, scanned('a'))).toBe('beyond');
    const long = Buffer.alloc(4096);
    expect(sameWindow('string', long, long)).toBe('beyond');
  });
});

test('expiry is a moment, compared with a tolerance; never is no moment', () => {
  expect(momentOf(5000, 1_000_000)).toBe(1_005_000);
  expect(momentOf(-1, 1_000_000)).toBe(-1);
  expect(sameMoment(1000, 1900, 1000)).toBe(true);
  expect(sameMoment(1000, 2100, 1000)).toBe(false);
  expect(sameMoment(-1, 500, 1000)).toBe(false);
  expect(sameMoment(-1, -1, 0)).toBe(true);
});

describe('the room that a server has left', () => {
  const facts = { used_memory: '900', maxmemory: '1000', connected_clients: '5', maxclients: '100' };
  const answers = (...args: Parameters<typeof roomOf>): string[] =>
    roomOf(...args).map((room) => room.answer);

  test('is judged only where the plan says how much there must be', () => {
    expect(answers(facts, {})).toEqual(['shown', 'shown']);
    expect(answers(facts, { maxMemoryShare: 0.9, maxClientsShare: 0.04 })).toEqual(['within', 'over']);
    expect(answers(facts, { maxMemoryShare: 0.89 })).toEqual(['over', 'shown']);
  });

  test('is that of the machine where the server has no limit of its own', () => {
    expect(
      answers({ ...facts, maxmemory: '0', total_system_memory: '1000' }, { maxMemoryShare: 0.8 })[0],
    ).toBe('over');
  });

  test('that nobody could see is not checked', () => {
    expect(answers({}, { maxMemoryShare: 0.9, maxClientsShare: 0.9 })).toEqual([
      'not-checked',
      'not-checked',
    ]);
    expect(answers({ used_memory: '1', maxmemory: '0' }, { maxMemoryShare: 0.9 })[0]).toBe('not-checked');
  });
});

describe('an address', () => {
  test.each([
    ['redis://app:pw@host:6379', 'redis://app:pw@host:6379', 0],
    ['rediss://host/03', 'rediss://host', 3],
    ['redis://host/?db=4&family=6', 'redis://host?family=6', 4],
    ['redis://host/4?db=4', 'redis://host', 4],
  ])('%s is a server and a number', (text, server, database) => {
    expect(redisAddress(text)).toEqual({ server, database });
  });

  test('that is wrong says why, and never shows what may be a password', () => {
    expect(redisAddress('redis://app:hunter2@host/cache')).toMatchObject({ value: '"cache"' });
    for (const text of [
      'redis://app:1/hunter2@host/0',
      'redis://app:hunter/2@host',
      'redis://app?db=hunter2@h',
    ]) {
      expect(redisAddress(text)).toHaveProperty('problem');
      expect(JSON.stringify(redisAddress(text))).not.toMatch(/hunter/);
    }
  });
});

test('servers tell what they evicted and what they have that is not compared', () => {
  const facts = (evicted_keys: string) => ({ evicted_keys });
  expect(evictions([facts('3'), facts('5')], [facts('3'), facts('5')])).toBeUndefined();
  expect(evictions([facts('3'), {}], [facts('4'), {}])).toContain('1 keys on old');
  const fields = (one: Record<string, string>) => versionNotes([{}, one]).join().includes('hash fields');
  expect(fields({ redis_version: '7.2.4', valkey_version: '8.1.0' })).toBe(false);
  expect(fields({ redis_version: '7.2.4', valkey_version: '9.0.0' })).toBe(true);
  expect(fields({ redis_version: '7.4.0' })).toBe(true);
});
