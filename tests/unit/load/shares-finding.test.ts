import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import type { LoadResult } from '../../../contract/load/load-result.ts';
import { segmentArguments } from '../../../load/engines/k6.ts';
import { LoadRecorder } from '../../../load/engines/load-recorder.ts';
import { sharesFinding, shareFinding } from '../../../load/shares-finding.ts';
import { loadSetting } from '../../../load/load-setting.ts';
import { profileOf, resultOf } from './load-result-of.ts';

const PROFILE = profileOf({ engine: 'k6', rate: 90, minimumRequests: 100, thresholds: { p95Ms: 100 } });

function share(
  index: number,
  {
    of = 3,
    slow = 0,
    profile = PROFILE,
    control = 'not-asked' as const,
    ...changes
  }: Partial<LoadResult> & {
    of?: number;
    slow?: number;
    profile?: typeof PROFILE;
    control?: 'not-asked' | 'answers' | 'silent';
  } = {},
): Finding {
  const recorder = new LoadRecorder();
  for (let at = 0; at < 300; at += 1) {
    recorder.record({ kind: 'ok', sinceMs: at * 33, latencyMs: at < slow ? 400 : 20, bytes: 1 });
  }
  const result = resultOf({
    engine: { name: 'k6', version: '2.2.0' },
    model: 'open',
    ...recorder.result(),
    targetRate: 30,
    achievedRate: 30,
    ...changes,
  });
  return shareFinding({
    segment: { index, of },
    profile,
    result,
    control,
    setting: loadSetting(profile, undefined),
  });
}

describe('shares of one load', () => {
  test('are judged by the merged histogram: what is slow in one share is judged against all', () => {
    const all = sharesFinding('search-holds', [share(1), share(2, { slow: 40 }), share(3)]);
    // 13 % of that share are slow, and 4 % of all.
    expect(all).toMatchObject({ outcome: 'pass', sampleSize: 900 });
    expect(sharesFinding('search-holds', [share(1), share(2, { slow: 60 }), share(3)])).toMatchObject({
      outcome: 'fail',
      cause: 'p95',
    });
  });

  test('a share that does not say when it began was not shown to be together with the others', () => {
    const judged = sharesFinding('search-holds', [share(1), share(2, { startedAt: 'some day' }), share(3)]);
    expect(judged).toMatchObject({ outcome: 'unknown', cause: 'shares-not-together' });
  });

  test('one share alone proves nothing, whatever it saw', () => {
    expect(share(1)).toMatchObject({ outcome: 'unknown', cause: 'one-share' });
  });

  test.each<[string, readonly (Finding | undefined)[], string, string]>([
    ['missing', [share(1), undefined, share(3)], 'share-missing', 'Share 2 of 3'],
    [
      'not measured',
      [share(1), { check: 'search-holds', outcome: 'unknown', summary: 'k6 is not here' }, share(3)],
      'share-missing',
      'k6 is not here',
    ],
    ['doubled', [share(1), share(1), share(3)], 'share-foreign', 'share 2 of 3'],
    ['of another number of shares', [share(1), share(2, { of: 4 }), share(3)], 'share-foreign', 'share 2'],
    [
      'of another load',
      [share(1), share(2, { profile: profileOf({ engine: 'k6', rate: 60 }) }), share(3)],
      'share-foreign',
      'share 2',
    ],
    [
      'cut short',
      [share(1), share(2), share(3, { faults: ['k6 left no summary'] })],
      'engine-fault',
      'share 3 of 3: k6 left no summary',
    ],
    [
      'of another engine',
      [share(1), share(2, { engine: { name: 'k6', version: '2.9.0' } }), share(3)],
      'share-foreign',
      '2.9.0',
    ],
    [
      'of another time',
      [share(1), share(2), share(3, { startedAt: '2026-01-01T00:00:05.000Z' })],
      'shares-not-together',
      '50 %',
    ],
    [
      'without a network of its own',
      [share(1), share(2, { unreachable: 'ENOTFOUND', control: 'answers' }), share(3)],
      'share-unreachable',
      'From share 2',
    ],
    [
      'overloaded',
      [
        share(1),
        share(2, { slow: 200, generator: { lagP99Ms: null, cpuPercent: 200, saturated: true } }),
        share(3),
      ],
      'generator-saturated',
      'overloaded',
    ],
  ])('a share that is %s makes the answer unknown, by name', (_, findings, cause, text) => {
    const judged = sharesFinding('search-holds', findings);
    expect(judged, judged.summary).toMatchObject({ outcome: 'unknown', cause });
    expect(judged.summary).toContain(text);
  });

  test('a target that no share could reach is the target, where the control address answers', () => {
    const gone = { unreachable: 'ECONNREFUSED', requests: 0, latency: null, histogram: null } as const;
    const all = [1, 2, 3].map((index) => share(index, { ...gone, control: 'answers' }));
    expect(sharesFinding('search-holds', all)).toMatchObject({ outcome: 'fail', cause: 'unreachable' });
    const silent = share(3, { ...gone, control: 'silent' });
    expect(sharesFinding('search-holds', [...all.slice(0, 2), silent])).toMatchObject({ outcome: 'unknown' });
  });

  test('seconds are added by when they were, not by their numbers', () => {
    const late = share(2, { of: 2, startedAt: '2026-01-01T00:00:01.000Z' });
    const { detail } = sharesFinding('search-holds', [share(1, { of: 2 }), late]);
    if (detail?.kind !== 'load') throw new Error('no load');
    expect(detail.result.buckets[0]).toMatchObject({ second: 0, requests: 31 });
    expect(detail.result.buckets[1]).toMatchObject({ second: 1, requests: 61 });
    expect(detail.result.buckets.at(-1)).toMatchObject({ second: 10 });
  });
});

test('k6 is told its share as it wants to be told', () => {
  expect(segmentArguments(undefined)).toEqual([]);
  expect(segmentArguments({ index: 1, of: 1 })).toEqual([
    '--execution-segment=0:1',
    '--execution-segment-sequence=0,1',
  ]);
  expect(segmentArguments({ index: 2, of: 3 })).toEqual([
    '--execution-segment=1/3:2/3',
    '--execution-segment-sequence=0,1/3,2/3,1',
  ]);
});

test('the last seconds of a share that began later count for a trigger', () => {
  const profile = profileOf({
    engine: 'k6',
    rate: 90,
    durationS: 60,
    thresholds: { errorRate: 0.1 },
    triggers: [{ kind: 'sustained', forS: 8, errorRate: 0.05 }],
  });
  const seconds = Array.from({ length: 60 }, (_, second) => second);
  const made = (broken: (second: number) => boolean): Partial<LoadResult> => ({
    durationMs: 60_000,
    requests: 3000,
    errors: { status: seconds.filter(broken).length * 50, timeout: 0, connection: 0, assertion: 0 },
    buckets: seconds.map((second) => ({ second, requests: 50, errors: broken(second) ? 50 : 0, bytes: 0 })),
    targetRate: 45,
    achievedRate: 45,
  });
  const late = '2026-01-01T00:00:11.000Z';
  const healthy = share(1, { of: 2, profile, ...made(() => false) });
  const ends = share(2, { of: 2, profile, startedAt: late, ...made((second) => second >= 50) });
  const judged = sharesFinding('search-holds', [healthy, ends]);
  expect(judged, judged.summary).toMatchObject({ outcome: 'fail', cause: 'trigger' });
  const sound = share(2, { of: 2, profile, startedAt: late, ...made(() => false) });
  expect(sharesFinding('search-holds', [healthy, sound]).outcome).toBe('pass');
});
