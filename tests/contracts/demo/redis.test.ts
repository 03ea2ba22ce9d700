import { Redis as Client } from 'ioredis';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { startRedis } from '../../../demo/parts/redis.ts';
import { alive, descendants } from './process-tree.ts';
import { scratch } from './scratch.ts';

const directory = scratch();

describe.each(['installed', 'emulated'] as const)('Redis, %s', (source) => {
  test('keeps, counts and forgets, and leaves nothing', async () => {
    const place = path.join(directory, source);
    const redis = await startRedis({ directory: place, source });
    const below = descendants(process.pid).filter((one) => one.command.includes('redis'));
    const client = new Client(redis.url, { lazyConnect: true, retryStrategy: () => null });
    try {
      await client.connect();
      expect(await client.set('session', 'abc', 'EX', 100)).toBe('OK');
      expect(await client.get('session')).toBe('abc');
      expect(await client.ttl('session')).toBeGreaterThan(0);
      expect(await client.incr('visits')).toBe(1);
      expect(redis).toMatchObject({ source, version: expect.stringMatching(/^\d/) as string });
      if (source === 'emulated') expect(redis.name).toContain('emulated');
    } finally {
      client.disconnect();
      await redis.stop();
    }
    expect(below.length).toBeGreaterThan(0);
    expect(below.filter(alive)).toEqual([]);
    expect(readdirSync(place).filter((name) => !name.endsWith('.log'))).toEqual([]);
  });
});

test('uses the one that the user has named, and does not stop it', async () => {
  const real = await startRedis({ directory, source: 'installed' });
  try {
    const configured = await startRedis({ directory }, { GREENLIGHT_REDIS_URL: real.url, PATH: '' });
    expect(configured).toMatchObject({ source: 'configured', version: real.version, pid: undefined });
    await configured.stop();
    await expect(startRedis({ directory }, { GREENLIGHT_REDIS_URL: real.url })).resolves.toBeDefined();
  } finally {
    await real.stop();
  }
});

test('says so when the one that the user has named is dead', async () => {
  const dead = startRedis({ directory }, { GREENLIGHT_REDIS_URL: 'redis://127.0.0.1:1' });
  await expect(dead).rejects.toThrow(/GREENLIGHT_REDIS_URL does not answer/);
});

test('falls back to the emulator only when there is no program', async () => {
  const redis = await startRedis({ directory }, { PATH: '/no/such/folder' });
  await redis.stop();
  expect(redis.source).toBe('emulated');
  await expect(startRedis({ directory, source: 'installed' }, { PATH: '' })).rejects.toMatchObject({
    code: 'PART_MISSING',
  });
});
