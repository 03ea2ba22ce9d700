import { describe, expect, test } from 'vitest';
import type { LoadResult } from '../../../contract/load/load-result.ts';
import { Faults } from '../../../load/engines/faults.ts';
import { K6Samples } from '../../../load/engines/k6/samples.ts';
import { LoadRecorder } from '../../../load/engines/load-recorder.ts';
import { ownLimit } from '../../../load/engines/own-limits.ts';
import { loadFinding } from '../../../load/load-finding.ts';
import { profileOf, resultOf } from './load-result-of.ts';

const none = { status: 0, timeout: 0, connection: 0, assertion: 0 };
const healthy = { lagP99Ms: null, cpuPercent: 30, waitMs: 0.1, saturated: false };
const starved = { ...healthy, waitMs: 60 };
const unseen = { lagP99Ms: null, cpuPercent: null, waitMs: null, saturated: false };
const slow = { samples: 1000, p50: 600, p90: 800, p95: 900, p99: 950, max: 990, mean: 600 };
const open = {
  engine: { name: 'k6', version: '2.2.0' },
  model: 'open',
  targetRate: 100,
  achievedRate: 100,
} as const;
const judged = (result: Partial<LoadResult>) =>
  loadFinding({
    profile: profileOf({ timeoutMs: 1000 }),
    result: resultOf({ ...open, ...result }),
    control: 'answers',
  });

describe('a k6 that waits for a processor', () => {
  const dropping = { dropped: 400, achievedRate: 60, latency: slow };

  test('is not the target: its slow answers and dropped arrivals are unknown', () => {
    expect(judged({ latency: slow, generator: starved })).toMatchObject({
      outcome: 'unknown',
      cause: 'within-own-delay',
    });
    expect(judged({ ...dropping, generator: starved }).outcome).toBe('unknown');
    expect(judged({ errors: { ...none, timeout: 50 }, generator: starved }).outcome).toBe('unknown');
  });

  test('for most of the time, with many short waits that lower their mean, is starved all the same', () => {
    const queued = { ...healthy, cpuPercent: 3, waitMs: 40, queuedPercent: 260 };
    const late = { latency: { ...slow, p95: 1400 } };
    expect(judged({ ...late, generator: queued })).toMatchObject({
      outcome: 'unknown',
      cause: 'within-own-delay',
    });
    expect(judged({ errors: { ...none, timeout: 50 }, generator: queued }).outcome).toBe('unknown');
    expect(judged({ errors: { ...none, status: 50 }, generator: queued }).outcome).toBe('fail');
    // As measured beside a slow target, and with a generator that uses a whole core itself.
    for (const [cpuPercent, queuedPercent] of [
      [9, 30],
      [85, 130],
    ] as const)
      expect(
        judged({ ...late, generator: { ...queued, cpuPercent, queuedPercent, waitMs: 1.2 } }).outcome,
      ).toBe('fail');
  });

  test('and one that does not: what drops arrivals then is the slow target', () => {
    expect(judged({ ...dropping, generator: healthy })).toMatchObject({ outcome: 'fail', cause: 'p95' });
    expect(judged({ errors: { ...none, timeout: 50 }, generator: healthy }).outcome).toBe('fail');
  });

  test('changes nothing about answers that are wrong, nor about a greater breach', () => {
    expect(judged({ errors: { ...none, status: 50 }, generator: starved }).outcome).toBe('fail');
    expect(judged({ latency: { ...slow, p95: 9000 }, generator: starved }).outcome).toBe('fail');
    expect(judged({ generator: starved }).outcome).toBe('pass');
  });
});

describe('a k6 whose health nobody saw', () => {
  test('is vouched for by arrivals as ordered, and by nothing else', () => {
    expect(judged({ latency: slow, generator: unseen }).outcome).toBe('fail');
    expect(judged({ latency: slow, dropped: 400, generator: unseen })).toMatchObject({
      outcome: 'unknown',
      cause: 'generator-unseen',
    });
    const closed = { model: 'closed', targetRate: null, generator: unseen } as const;
    expect(judged({ ...closed, latency: slow }).outcome).toBe('unknown');
    expect(judged({ ...closed, errors: { ...none, timeout: 50 } }).outcome).toBe('unknown');
    expect(judged({ ...closed, errors: { ...none, status: 50 } }).outcome).toBe('fail');
    // Its delay could only have made the target look slower.
    expect(judged(closed).outcome).toBe('pass');
  });
});

describe('what our own machine lacks', () => {
  test('is a fault of k6, and no error of the target', () => {
    const faults = new Faults();
    const samples = new K6Samples(new LoadRecorder(), faults, 1000);
    samples.push('metric_name,timestamp,metric_value,error_code,scenario,extra_tags,metadata\n');
    for (const code of [1212, 1213]) {
      samples.push(
        ['http_reqs', 'http_req_duration', 'http_req_blocked']
          .map((name) => `${name},1000,0,${code},measured,,\n`)
          .join(''),
      );
    }
    expect(faults.list()).toEqual([expect.stringContaining('file descriptors')]);
  });

  test('is told from a limit on our rate, by the scripts of plain requests and of flows', () => {
    const recorder = new LoadRecorder();
    const samples = new K6Samples(recorder, new Faults(), 1000);
    samples.push('metric_name,timestamp,metric_value,error_code,scenario,extra_tags,metadata\n');
    for (const code of [1429, 1503, 1101]) {
      samples.push(
        ['http_reqs', 'http_req_duration', 'http_req_blocked', 'http_req_failed']
          .map((name) => `${name},1000,1,${code},measured,,\n`)
          .join(''),
      );
    }
    // Of plain requests k6 has counted the error; of flows it has not.
    samples.push('greenlight_error,1000,1,,measured,kind=limits-only,\n');
    samples.push('greenlight_error,1000,1,,measured,kind=limited,\n');
    expect(recorder.result(1000)).toMatchObject({
      errors: { status: 3, connection: 1 },
      limited: { count: 2, firstSecond: 0 },
    });
  });

  test('is told from what the target refuses', () => {
    for (const code of [
      'EMFILE',
      'EADDRNOTAVAIL',
      'ENOBUFS',
      'EAI_AGAIN',
      'ENETUNREACH',
      'ENETDOWN',
      'ENFILE',
    ])
      expect(ownLimit({ code })).toContain(code);
    for (const code of ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', undefined])
      expect(ownLimit(code === undefined ? {} : { code })).toBeUndefined();
  });
});
