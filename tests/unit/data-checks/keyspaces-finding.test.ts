import { describe, expect, test } from 'vitest';
import { Unavailable } from '../../../contract/cannot-tell.ts';
import { checksOf } from '../../../contract/plan/checks.ts';
import { GreenlightError } from '../../../contract/errors.ts';
import { Finding } from '../../../contract/evidence/finding.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { RedisMapping } from '../../../contract/plan/redis-plan.ts';
import { keyspacesFinding } from '../../../data-checks/keyspaces-finding.ts';
import type { KeyspaceDiff } from '../../../data-checks/redis/keyspace-diff.ts';
import { roomOf } from '../../../data-checks/redis/room.ts';

const INPUT = {
  id: 'sessions-kept',
  title: 'Sessions are kept',
  old: { secret: 'OLD' },
  new: { secret: 'NEW' },
  ignore: { 'tmp:*': 'they live for a minute' },
};
const EQUAL: KeyspaceDiff = {
  old: 'database 0',
  new: 'database 1',
  answer: 'equal',
  cause: 'equal',
  reason: '7 keys are equal',
  ...{ oldKeys: 7, newKeys: 7, missing: 0, extra: 0, changed: 0, differences: [] },
  notCompared: ['keys like tmp:*'],
  room: [],
  seconds: 0.1,
};
const judged = (more: Partial<KeyspaceDiff>): Finding =>
  Finding.parse(keyspacesFinding(RedisMapping.parse(INPUT), { ...EQUAL, ...more }));
const room = (used: string, limits: Parameters<typeof roomOf>[1]) =>
  roomOf({ used_memory: used, maxmemory: '100' }, limits);

describe('the keys of a Redis database, as a check', () => {
  test('pass when they are equal, with what was left out and why', () => {
    const finding = judged({});
    expect(finding).toMatchObject({ outcome: 'pass', measured: 0, sampleSize: 7 });
    expect(JSON.stringify(finding.detail)).toContain('keys like tmp:*: they live for a minute');
  });

  test('fail with the first that differs', () => {
    const finding = judged({
      answer: 'different',
      cause: 'keys-differ',
      reason: '1 keys are missing',
      missing: 1,
      changed: 1,
      differences: [{ kind: 'changed', key: 'session:1', parts: [{ name: 'field user' }] }],
    });
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'keys-missing', measured: 2 });
    expect(finding.summary).toContain('first changed: session:1 in field user');
  });

  test.each(['not-checked', 'unstable'] as const)('are unknown when they are %s', (answer) => {
    expect(judged({ answer, cause: 'why', oldKeys: null })).toMatchObject({
      outcome: 'unknown',
      cause: 'why',
      sampleSize: 0,
    });
  });

  test('fail when new is too full, and are unknown when nobody can see how full it is', () => {
    expect(judged({ room: room('90', { maxMemoryShare: 0.8 }) })).toMatchObject({
      outcome: 'fail',
      cause: 'memory-over',
      measured: 0.9,
    });
    expect(judged({ room: room('70', { maxMemoryShare: 0.8 }) })).toMatchObject({ outcome: 'pass' });
    expect(judged({ room: roomOf({}, { maxMemoryShare: 0.8 }) })).toMatchObject({ outcome: 'unknown' });
  });

  test('are unknown when a server can not be reached', () => {
    const finding = keyspacesFinding(RedisMapping.parse(INPUT), new Unavailable('gone', 'start it'));
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'port-unavailable', sampleSize: 0 });
  });
});

describe('data.redis of a plan', () => {
  const plan = (more: object = {}) => ({
    target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' } },
    data: { redis: [{ ...INPUT, ...more }] },
  });

  test('is one check, which needs no database of the target', () => {
    const checks = checksOf(parsePlan(plan()), 'post-cutover').filter(({ source }) => source === 'redis');
    expect(checks).toMatchObject([
      { id: 'sessions-kept', project: 'data-checks', sampleFloor: 1, severity: 'blocking' },
    ]);
    expect(checksOf(parsePlan(plan()), 'synthetic').filter(({ source }) => source === 'redis')).toEqual([]);
  });

  test.each([
    ['one server on both sides', { new: { secret: 'OLD' } }, 'data.redis[0]'],
    ['no Redis', { old: 'postgres://shop' }, 'data.redis[0].old'],
  ])('is refused with %s', (_, more, path) => {
    try {
      parsePlan(plan(more));
      expect.unreachable();
    } catch (error) {
      expect(error instanceof GreenlightError && error.problems.map((problem) => problem.path)).toContain(
        path,
      );
    }
  });
});
