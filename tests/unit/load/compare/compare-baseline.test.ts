import { describe, expect, test } from 'vitest';
import type { BaselineEntry } from '../../../../contract/baseline.ts';
import type { LoadResult } from '../../../../contract/load-result.ts';
import {
  type BaselineOptions,
  compareBaseline,
  fingerprintOf,
} from '../../../../load/compare/compare-baseline.ts';
import { seededRandom } from '../../../../load/compare/seeded-random.ts';
import { LoadRecorder } from '../../../../load/engines/load-recorder.ts';
import { loadSetting, profileDigest } from '../../../../load/load-setting.ts';
import { profileOf, resultOf } from '../load-result-of.ts';

const setting = loadSetting(profileOf(), undefined);
const OPTIONS: BaselineOptions = { percentiles: ['p50', 'p95'], margin: 0.25, floorMs: 1, errorMargin: 0.01 };

/** Latencies of 40 ms and more, log-normal, times a factor. */
function measured(
  seed: number,
  factor = 1,
  requests = 20_000,
  changes: Partial<LoadResult> = {},
): LoadResult {
  const random = seededRandom(seed);
  const recorder = new LoadRecorder();
  for (let at = 0; at < requests; at += 1) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    recorder.record({ kind: 'ok', sinceMs: at, latencyMs: factor * 40 * Math.exp(0.2 * normal), bytes: 0 });
  }
  return resultOf({ ...recorder.result(), ...changes });
}

function baselineOf(...results: readonly LoadResult[]): BaselineEntry {
  const [first = measured(1)] = results;
  return {
    check: 'search-holds',
    title: 'It holds',
    fingerprint: fingerprintOf('shop', first, setting),
    runs: results.map((result) => ({
      run: 'r',
      phase: 'post-cutover',
      release: null,
      decidedAt: '2026-01-01T00:00:00.000Z',
      result,
    })),
  };
}

function compared(
  result: LoadResult,
  options: Partial<BaselineOptions> = {},
  entry = baselineOf(measured(1)),
) {
  const now = { fingerprint: fingerprintOf('shop', result, setting), result };
  return compareBaseline(entry, now, { ...OPTIONS, ...options });
}

describe('a run against a baseline', () => {
  test('as fast under less load than ordered says nothing; slower under less load is slower', () => {
    const short = { targetRate: 1000, achievedRate: 400 };
    expect(compared(measured(2, 1, 20_000, short)).outcome).toBe('unknown');
    expect(compared(measured(2, 1.6, 20_000, short)).outcome).toBe('fail');
  });

  test('the same system holds, one that is 60 % slower does not, and 25 % at a margin of 25 % is not decided', () => {
    expect(compared(measured(2))).toMatchObject({ outcome: 'pass' });
    const slower = compared(measured(2, 1.6));
    expect(slower.outcome).toBe('fail');
    expect(slower.reason).toContain('p50 was 40');
    expect(compared(measured(2, 1.25))).toMatchObject({ outcome: 'unknown' });
  });

  test('a difference that nobody could feel is no failure', () => {
    expect(compared(measured(2, 1.6), { floorMs: 200 }).outcome).toBe('pass');
  });

  test('too few requests decide nothing, and a percentile that they cannot bound is named', () => {
    const few = compared(measured(2, 1, 200), { percentiles: ['p99'] });
    expect(few).toMatchObject({ outcome: 'unknown' });
    expect(few.reason).toContain('too few requests');
  });

  test('what differs between runs of one system belongs to the baseline', () => {
    const noisy = baselineOf(measured(1), measured(3, 1.3), measured(4, 0.9));
    expect(compared(measured(2, 1.6)).outcome).toBe('fail');
    expect(compared(measured(2, 1.6), {}, noisy).outcome).toBe('unknown');
  });

  test('errors are judged before latencies: fast errors look fast', () => {
    const broken = measured(2, 0.1, 20_000, {
      errors: { status: 5000, timeout: 0, connection: 0, assertion: 0 },
    });
    expect(compared(broken)).toMatchObject({ outcome: 'fail' });
    expect(compared(broken).reason).toContain('25.0 % of the requests fail on this run');
  });

  test('nothing measured, a fault or an overloaded generator is unknown', () => {
    const health = { lagP99Ms: 1, cpuPercent: 20 };
    for (const changes of [
      { histogram: null, latency: null, requests: 0 },
      { faults: ['crashed'] },
      { generator: { ...health, saturated: true } },
    ])
      expect(compared(measured(2, 1, 20_000, changes)).outcome).toBe('unknown');
    expect(compared(measured(2), { percentiles: [] }).outcome).toBe('unknown');
  });

  test('only like is compared with like, and every difference is named', () => {
    const entry = baselineOf(measured(1));
    const elsewhere = {
      ...entry,
      fingerprint: {
        ...entry.fingerprint,
        target: 'staging',
        engine: 'k6 2.2.0',
        machine: { ...entry.fingerprint.machine, cores: 64 },
      },
    };
    const answer = compared(measured(2), {}, elsewhere);
    expect(answer.outcome).toBe('unknown');
    for (const name of ['target: staging then, shop now', 'engine: k6 2.2.0 then', 'cores: 64 then'])
      expect(answer.reason).toContain(name);
  });
});

test('the digest of a profile is about what is sent, not about its limits', () => {
  const digest = profileDigest(profileOf(), undefined);
  expect(profileDigest(profileOf({ title: 'Another', thresholds: { p95Ms: 1 } }), undefined)).toBe(digest);
  expect(profileDigest(profileOf({ connections: 11 }), undefined)).not.toBe(digest);
  expect(profileDigest(profileOf({ requests: [{ path: '/other' }] }), undefined)).not.toBe(digest);
});
