import { describe, expect, test } from 'vitest';
import type { LoadThresholds } from '../../../contract/load/load-profile.ts';
import { LoadRecorder, type SampleKind } from '../../../load/engines/load-recorder.ts';
import { requestsNeeded } from '../../../load/enough-requests.ts';
import { loadFinding } from '../../../load/load-finding.ts';
import { profileOf, resultOf } from './load-result-of.ts';

/** A result of requests that really were recorded: so many fast ones, so many of 9 s, so many with errors. */
function judged(
  { fast, slow = 0, errors = 0 }: { fast: number; slow?: number; errors?: number },
  thresholds: LoadThresholds,
  minimumRequests = 1,
) {
  const recorder = new LoadRecorder();
  const record = (count: number, kind: SampleKind, latencyMs: number): void => {
    for (let one = 0; one < count; one += 1) recorder.record({ kind, sinceMs: 0, latencyMs, bytes: 0 });
  };
  record(fast, 'ok', 20);
  record(slow, 'ok', 9000);
  record(errors, 'status', 20);
  const profile = profileOf({ thresholds, minimumRequests });
  return loadFinding({ profile, result: resultOf(recorder.result()), control: 'not-asked' });
}

test('so many requests are needed that a bad target would hardly ever look good', () => {
  const needs = requestsNeeded({ p50Ms: 1, p95Ms: 1, p99Ms: 1 }, 0.001);
  expect(needs.map(({ name, requests }) => [name, requests])).toEqual([
    ['p50', 5],
    ['p95', 59],
    ['p99', 299],
    ['error rate', 2995],
  ]);
  expect(requestsNeeded({}, 0.01)).toEqual([{ name: 'error rate', requests: 299 }]);
  expect(requestsNeeded({}, 0.05)).toEqual([{ name: 'error rate', requests: 59 }]);
  // Nothing shows that there never is an error.
  expect(requestsNeeded({}, 0)).toEqual([]);
});

describe('too few requests', () => {
  test.each<[string, LoadThresholds, number, number]>([
    ['p99', { p99Ms: 500, errorRate: 0.5 }, 100, 299],
    ['one request decides no p99', { p99Ms: 500, errorRate: 0.5 }, 1, 299],
    ['p95', { p95Ms: 500, errorRate: 0.5 }, 58, 59],
    ['a small error rate', { errorRate: 0.001 }, 2994, 2995],
    ['the error rate of a profile without one', { p95Ms: 500 }, 298, 299],
  ])('are no pass: %s', (_, thresholds, requests, needed) => {
    const finding = judged({ fast: requests }, thresholds);
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'too-few-requests', measured: requests });
    expect(finding.expected).toBe(`>= ${needed}`);
    expect(judged({ fast: needed }, thresholds).outcome).toBe('pass');
  });

  test('leave out the slowest of a hundred, which may be one of a hundred', () => {
    const finding = judged({ fast: 99, slow: 1 }, { p99Ms: 500, errorRate: 0.001 });
    expect(finding).toMatchObject({ outcome: 'unknown', expected: '>= 2995' });
  });

  test('do not fail by a single bad one, which may be chance', () => {
    const oneSlow = judged({ fast: 9, slow: 1 }, { p95Ms: 500, errorRate: 0.5 });
    expect(oneSlow, oneSlow.summary).toMatchObject({ outcome: 'unknown', cause: 'too-few-requests' });
    expect(oneSlow.summary).toContain('p95 is 9');
    const oneWrong = judged({ fast: 9, errors: 1 }, { errorRate: 0.01 });
    expect(oneWrong).toMatchObject({ outcome: 'unknown', expected: '>= 299' });
  });

  test('fail where chance explains it no more', () => {
    const slow = judged({ fast: 4, slow: 6 }, { p95Ms: 500, errorRate: 0.5 });
    expect(slow, slow.summary).toMatchObject({ outcome: 'fail', cause: 'p95' });
    expect(judged({ fast: 5, errors: 5 }, { errorRate: 0.01 })).toMatchObject({
      outcome: 'fail',
      cause: 'error-rate',
    });
    // None at all was allowed, and one was seen.
    expect(judged({ fast: 9, errors: 1 }, { errorRate: 0 }).outcome).toBe('fail');
    expect(judged({ fast: 10 }, { errorRate: 0 }).outcome).toBe('pass');
  });

  test('of one limit do not hide that another one is broken', () => {
    const finding = judged({ fast: 80, slow: 20 }, { p95Ms: 500, errorRate: 0.001 });
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'p95' });
    expect(finding.summary).not.toContain('error rate');
  });

  test('as the plan counts them are no pass, and hide no breach that chance does not explain', () => {
    const few = { outcome: 'unknown', cause: 'too-few-requests', expected: '>= 100' };
    expect(judged({ fast: 99 }, { errorRate: 0.5 }, 100)).toMatchObject(few);
    expect(judged({ fast: 9, errors: 1 }, { errorRate: 0.01 }, 100)).toMatchObject(few);
    expect(judged({ fast: 9, errors: 1 }, { errorRate: 0.001 }, 100)).toMatchObject(few);
    expect(judged({ fast: 98, slow: 1 }, { p99Ms: 500, errorRate: 0.5 }, 100)).toMatchObject(few);
    expect(judged({ fast: 0, errors: 50 }, { errorRate: 0.01 }, 100)).toMatchObject({
      outcome: 'fail',
      cause: 'error-rate',
    });
    expect(judged({ fast: 5, errors: 5 }, { errorRate: 0.01 }, 100).outcome).toBe('fail');
    expect(judged({ fast: 0, slow: 40 }, { p50Ms: 500 }, 100)).toMatchObject({
      outcome: 'fail',
      cause: 'p50',
    });
    expect(judged({ fast: 0, slow: 12 }, { p95Ms: 500 }, 100)).toMatchObject({
      outcome: 'fail',
      cause: 'p95',
    });
    expect(judged({ fast: 0, slow: 12 }, { minimumRate: 50 }, 100)).toMatchObject({
      outcome: 'fail',
      cause: 'requests-per-second',
    });
  });

  test('that got no answer need a control address that answers', () => {
    const profile = profileOf({ thresholds: { errorRate: 0.01 } });
    const errors = { status: 0, timeout: 20, connection: 0, assertion: 0 };
    const result = resultOf({ requests: 20, errors });
    expect(loadFinding({ profile, result, control: 'answers' })).toMatchObject({ outcome: 'fail' });
    expect(loadFinding({ profile, result, control: 'not-asked' })).toMatchObject({ outcome: 'unknown' });
    expect(loadFinding({ profile, result, control: 'silent' })).toMatchObject({ outcome: 'unknown' });
  });

  test('that failed in one bad moment are one bad thing, not many', () => {
    const second = (at: number, failed: number) => ({ second: at, requests: 20, errors: failed, bytes: 0 });
    const judgedBy = (failed: readonly number[]) => {
      const bad = failed.reduce((sum, one) => sum + one, 0);
      const requests = failed.length * 20;
      const errors = { status: bad, timeout: 0, connection: 0, assertion: 0 };
      const result = resultOf({ requests, errors, buckets: failed.map((one, at) => second(at, one)) });
      return loadFinding({
        profile: profileOf({ thresholds: { errorRate: 0.01 }, minimumRequests: 500 }),
        result,
        control: 'not-asked',
      });
    };
    expect(judgedBy([0, 0, 18, 0, 0, 0, 0, 0, 0, 0])).toMatchObject({ outcome: 'unknown' });
    // As many of them, but all the time.
    expect(judgedBy([2, 2, 1, 2, 2, 2, 1, 2, 2, 2])).toMatchObject({ outcome: 'fail' });
  });
});
