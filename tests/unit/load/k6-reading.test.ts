import { describe, expect, test } from 'vitest';
import { LoadProfile } from '../../../contract/load/load-profile.ts';
import { orderForK6 } from '../../../load/engines/k6/order.ts';
import { K6Reading } from '../../../load/engines/k6/reading.ts';

const profile = LoadProfile.parse({
  id: 'holds',
  title: 'Holds',
  engine: 'k6',
  requests: [{ path: '/' }],
  rate: 10,
  connections: 4,
  timeoutMs: 900,
  durationS: 2,
  thresholds: { p95Ms: 100 },
});
const order = orderForK6(
  { profile, flow: undefined, urls: { app: 'http://127.0.0.1:1' }, run: 'r' },
  3,
  () => 'stdout',
);

/**
 * Two requests, one of them with a status that does not hold, a dropped arrival and the end of two iterations. Errors of
 * plain requests are told by k6, those of flows by the script; here is one of each.
 */
const LINES = [
  'metric_name,timestamp,metric_value,error_code,scenario,extra_tags,metadata',
  'http_reqs,1000,1,,measured,,',
  'http_req_duration,1000,20,,measured,,',
  'http_req_blocked,1000,1,,measured,,',
  'http_req_failed,1000,1.000000,,measured,,',
  'greenlight_error,1000,1,,measured,kind=status,',
  'iterations,1000,1,,measured,,',
  'dropped_iterations,1010,1,,measured,,',
  'http_reqs,1100,1,,measured,,',
  'http_req_duration,1100,20,,measured,,',
  'http_req_blocked,1100,1,,measured,,',
  'iterations,1100,1,,measured,,',
];
const SUMMARY = {
  nonce: order.nonce,
  durationMs: 2000,
  httpRequests: 2,
  iterations: 2,
  dropped: 1,
  errors: 1,
  judged: 2,
  refused: 1,
  faults: 0,
};

function faultsOf(lines: readonly string[], summary: object | Error = SUMMARY): readonly string[] {
  const reading = new K6Reading(order);
  reading.push(lines.map((line) => `${line}\n`).join(''));
  const generator = { lagP99Ms: null, cpuPercent: null, saturated: false };
  return reading.result(
    { version: '2.2.0', startedAt: 0, generator },
    summary instanceof Error ? summary : JSON.stringify(summary),
  ).faults;
}

describe('what k6 wrote', () => {
  test('is without fault when it is complete', () => {
    expect(faultsOf(LINES)).toEqual([]);
  });

  test.each(LINES.map((line, index) => [line.split(',')[0] ?? '', index] as const))(
    'a line that got lost is noticed: %s (%i)',
    (_name, index) => {
      expect(faultsOf(LINES.toSpliced(index, 1))).not.toEqual([]);
    },
  );

  test('in which no iteration came to its end is a fault, although k6 ended with 0', () => {
    const without = LINES.filter((line) => !line.startsWith('iterations,'));
    expect(faultsOf(without, { ...SUMMARY, iterations: 0 })).toEqual(['no iteration of k6 came to its end']);
  });

  test('plain requests that k6 did not judge are a fault: nobody else does', () => {
    expect(faultsOf(LINES, { ...SUMMARY, judged: 1 })).toEqual(['k6 made 2 requests, but judged 1 of them']);
  });

  test('a summary that is missing, cut or of another run is a fault', () => {
    expect(faultsOf(LINES, new Error('no such file'))).toEqual([
      expect.stringContaining('k6 left no summary'),
    ]);
    expect(faultsOf(LINES, { ...SUMMARY, nonce: 'other' })).toEqual(["the summary of k6 is not this run's"]);
    expect(faultsOf(LINES, { nonce: order.nonce })).toEqual(["the summary of k6 is not this run's"]);
  });
});

test('every share gets as many virtual users, or k6 would deal arrivals out unevenly', () => {
  expect([order.preAllocatedVUs % 3, order.maxVUs % 3]).toEqual([0, 0]);
});

test('what a request waited for its connection counts, except where connections are not compared', () => {
  const lines = LINES.map((line) => line.replace('http_req_blocked,1000,1,', 'http_req_blocked,1000,300,'));
  const slowest = (withoutConnecting?: boolean): number => {
    const reading = new K6Reading(order, undefined, withoutConnecting);
    reading.push(lines.map((line) => `${line}\n`).join(''));
    return reading.recorder.result().latency?.max ?? NaN;
  };
  expect(Math.round(slowest())).toBe(320);
  expect(Math.round(slowest(true))).toBe(20);
});
