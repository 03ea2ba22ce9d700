import { describe, expect, test } from 'vitest';
import type { BaselineEntry } from '../../../../contract/load/baseline.ts';
import type { LoadResult } from '../../../../contract/load/load-result.ts';
import {
  type BaselineOptions,
  compareBaseline,
  fingerprintOf,
} from '../../../../load/compare/compare-baseline.ts';
import { mostOfAnotherRun } from '../../../../load/compare/other-runs.ts';
import { seededRandom } from '../../../../load/compare/seeded-random.ts';
import { LoadRecorder } from '../../../../load/engines/load-recorder.ts';
import { coresOfQuota, loadSetting, profileDigest } from '../../../../load/load-setting.ts';
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
  // As one connection that is never idle.
  const recorded = recorder.result();
  const durationMs = requests * (recorded.latency?.mean ?? 0);
  return resultOf({ ...recorded, connections: 1, durationMs, ...changes });
}

/** What runs of one system differ by from day to day. */
const DAYS = [measured(1), measured(5, 1.04), measured(6, 0.97)];

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

function compared(result: LoadResult, options: Partial<BaselineOptions> = {}, entry = baselineOf(...DAYS)) {
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

  test('one run, or two, cannot show what is slower than usual', () => {
    for (const runs of [[measured(1)], [measured(1), measured(3)]]) {
      const answer = compared(measured(2, 1.6), {}, baselineOf(...runs));
      expect(answer.outcome).toBe('unknown');
      expect(answer.reason).toContain('save at least 3 in the baseline');
      expect(compared(measured(2), {}, baselineOf(...runs)).outcome).toBe('pass');
    }
  });

  test('runs that differ much leave a run unknown that is slower than all of them by more than the margin', () => {
    const days = baselineOf(measured(1), measured(3, 1.2), measured(4, 0.9));
    const answer = compared(measured(2, 1.7), {}, days);
    expect(answer.outcome).toBe('unknown');
    expect(answer.reason).toContain('that another run of the same system may come to');
  });

  test('of 200 runs of the same system, on days that differ by 20 %, at most 5 % fail', () => {
    const random = seededRandom(11);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const day = (): number => 50 * Math.exp(0.2 * normal());
    for (const runs of [3, 5, 8]) {
      let worse = 0;
      for (let at = 0; at < 200; at += 1) {
        const usual = mostOfAnotherRun(Array.from({ length: runs }, day));
        if (day() > (usual ?? 0)) worse += 1;
      }
      expect(worse).toBeLessThanOrEqual(10);
      expect(worse).toBeGreaterThan(0);
    }
    expect(mostOfAnotherRun([50, 51])).toBeNull();
    expect(mostOfAnotherRun([50, 51, NaN])).toBeNull();
  });

  test('a closed model that stands still is no pass, however fast its percentiles are', () => {
    const day = measured(1, 1, 4000);
    const still = { ...day, durationMs: day.durationMs * 2 };
    const slow = compared(still, {}, baselineOf(day, measured(5, 1.04, 4000), measured(6, 0.97, 4000)));
    expect(slow.outcome).toBe('fail');
    expect(slow.reason).toMatch(/^time per answer was 4/);
    const stalls = { ...day, silencesMs: Array.from({ length: 12 }, () => 2000) };
    const hidden = compared(stalls, {}, baselineOf(day));
    expect(hidden.outcome).toBe('unknown');
    expect(hidden.reason).toContain('nothing was sent while the target stood still');
  });

  test('few requests do not show that no more of them fail', () => {
    const few = measured(2, 1, 200);
    const answer = compared(few, { floorMs: 1000, percentiles: ['p50'] }, baselineOf(few));
    expect(answer.outcome).toBe('unknown');
    expect(answer.reason).toContain('of 200 requests that may be up to 1.5 % more');
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
        addresses: ['staging.example'],
        engine: 'k6 2.2.0',
        machine: { ...entry.fingerprint.machine, cores: 64 },
      },
    };
    const answer = compared(measured(2), {}, elsewhere);
    expect(answer.outcome).toBe('unknown');
    for (const name of [
      'target: staging then, shop now',
      'address: staging.example then',
      'engine: k6 2.2.0 then',
      'cores: 64 then',
    ])
      expect(answer.reason).toContain(name);
  });
});

test('an address is a host with its port, and on loopback no port, which is another one every time', () => {
  const of = (...urls: readonly string[]) =>
    loadSetting(profileOf(), undefined, Object.fromEntries(urls.entries())).addresses;
  expect(of('http://127.0.0.1:3000', 'http://localhost:4000/x')).toEqual(['loopback']);
  expect(of('https://b.example:8443', 'https://a.example/shop')).toEqual(['a.example', 'b.example:8443']);
});

test('a container counts as the cores that its quota lets it use', () => {
  expect(coresOfQuota('150000 100000\n')).toBe(1.5);
  expect(coresOfQuota('max 100000\n')).toBeUndefined();
  expect(coresOfQuota(undefined)).toBeUndefined();
});

test('the digest of a profile is about what is sent, not about its limits', () => {
  const digest = profileDigest(profileOf(), undefined);
  expect(profileDigest(profileOf({ title: 'Another', thresholds: { p95Ms: 1 } }), undefined)).toBe(digest);
  expect(profileDigest(profileOf({ connections: 11 }), undefined)).not.toBe(digest);
  expect(profileDigest(profileOf({ requests: [{ path: '/other' }] }), undefined)).not.toBe(digest);
});
