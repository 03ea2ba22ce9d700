import { mkdtempSync, rmSync, writeFileSync, chmodSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { flow } from '../../../contract/index.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { IterationCookies } from '../../../load/engines/cookies.ts';
import { Faults } from '../../../load/engines/faults.ts';
import { k6Ending } from '../../../load/engines/k6/exit-codes.ts';
import { findK6 } from '../../../load/engines/k6/find.ts';
import { K6Samples } from '../../../load/engines/k6/samples.ts';
import {
  decodeHistogram,
  emptyHistogram,
  latencyOf,
  LoadRecorder,
} from '../../../load/engines/load-recorder.ts';
import { toleratedLagMs } from '../../../load/engines/own-process-health.ts';
import { refusal } from '../../../load/load-guards.ts';
import { findPlanFile } from '../../../load/plan-file.ts';
import { profileOf } from './load-result-of.ts';
import { twoSteps } from './two-steps.ts';

describe('recording', () => {
  test('an empty histogram has no latency at all', () => {
    expect(latencyOf(emptyHistogram())).toBeNull();
    expect(new LoadRecorder().result()).toMatchObject({ requests: 0, latency: null, histogram: null });
  });

  test('percentiles of a known distribution are right, and the histogram can be read back', () => {
    const recorder = new LoadRecorder();
    for (let n = 1; n <= 10_000; n += 1) {
      recorder.record({ kind: 'ok', sinceMs: n, latencyMs: n / 10, bytes: 3 });
    }
    const { latency, histogram, buckets } = recorder.result();
    for (const [name, truth] of [
      ['p50', 500],
      ['p90', 900],
      ['p95', 950],
      ['p99', 990],
      ['max', 1000],
    ] as const) {
      expect(Math.abs((latency?.[name] ?? 0) - truth) / truth).toBeLessThan(0.002);
    }
    const again = latencyOf(decodeHistogram(histogram ?? ''));
    expect(again).toMatchObject({ samples: 10_000, p50: latency?.p50, p99: latency?.p99 });
    expect(buckets).toHaveLength(11);
    expect(buckets[1]).toMatchObject({ second: 1, requests: 1000, errors: 0, bytes: 3000 });
  });

  test('each second tells its errors by kind, and how many requests were under way', () => {
    const recorder = new LoadRecorder();
    // Three at once from 0.5 s on: two for 2 s, one for 0.25 s.
    recorder.record({ kind: 'timeout', sinceMs: 500, latencyMs: 2000, bytes: 0 });
    recorder.record({ kind: 'status', sinceMs: 500, latencyMs: 2000, bytes: 1 });
    recorder.record({ kind: 'ok', sinceMs: 500, latencyMs: 250, bytes: 1 });
    expect(recorder.result(2000).buckets).toEqual([
      { second: 0, requests: 3, errors: 2, kinds: { timeout: 1, status: 1 }, bytes: 2, inFlight: 1.25 },
      { second: 1, requests: 0, errors: 0, bytes: 0, inFlight: 2 },
    ]);
  });

  test('a request without a connection has no latency, one faster than a microsecond has', () => {
    const recorder = new LoadRecorder();
    recorder.record({ kind: 'connection', sinceMs: 0, latencyMs: undefined, bytes: 0 });
    expect(recorder.result().latency).toBeNull();
    recorder.record({ kind: 'ok', sinceMs: 0, latencyMs: 0.0001, bytes: 0 });
    expect(recorder.result().latency).toMatchObject({ samples: 1, p95: 0.001 });
    expect(recorder.failed).toBe(1);
  });

  test('faults are listed once each, and not without end', () => {
    const faults = new Faults();
    faults.add('a');
    faults.add('a');
    for (let n = 0; n < 20; n += 1) faults.add(`b${n}`);
    expect(faults.list()).toHaveLength(11);
    expect(faults.list()[0]).toBe('a (2 times)');
    expect(faults.list().at(-1)).toBe('11 more, not listed');
  });

  test('how late we may be follows from the tightest limit', () => {
    expect(toleratedLagMs({ p95Ms: 2000, p50Ms: 400 })).toBe(100);
    expect(toleratedLagMs({ p95Ms: 10 })).toBe(50);
    expect(toleratedLagMs({ errorRate: 0.01 })).toBe(100);
  });
});

test('cookies of one iteration are kept, replaced and deleted', () => {
  const cookies = new IterationCookies();
  expect(cookies.header()).toBeUndefined();
  cookies.remember(['sid=abc=; Path=/; HttpOnly', 'theme=dark', 'nonsense']);
  cookies.remember(['theme=light', 'sid=; Max-Age=0']);
  expect(cookies.header()).toBe('theme=light');
});

describe("k6's samples", () => {
  const HEADER = 'metric_name,timestamp,metric_value,error_code,scenario,extra_tags,metadata\n';
  const line = (name: string, value: number, scenario = 'measured'): string =>
    `${name},5000,${value},,${scenario},,\n`;
  function read(text: string) {
    const recorder = new LoadRecorder();
    const faults = new Faults();
    const samples = new K6Samples(recorder, faults, 1000);
    // In pieces that break lines anywhere, as a pipe does.
    for (let at = 0; at < text.length; at += 7) samples.push(text.slice(at, at + 7));
    samples.end();
    return { ...recorder.result(), faults: faults.list(), totals: samples.totals };
  }
  const request = (durationMs: number, errorCode = '', scenario = 'measured'): string =>
    ['http_reqs', 'http_req_duration', 'http_req_blocked', 'http_req_waiting']
      .map((name, index) => `${name},6000,${[1, durationMs, 2.5, 9][index]},${errorCode},${scenario},,\n`)
      .join('');

  test('latency is blocked plus duration; warm-up counts only for the totals', () => {
    const { latency, requests, totals, faults } = read(
      HEADER + request(10) + request(30, '', 'warmup') + request(20),
    );
    expect(requests).toBe(2);
    expect(latency?.max).toBeCloseTo(22.5, 1);
    expect(totals).toMatchObject({ requests: 3, timed: 3, faults: 0, iterations: 0, dropped: 0 });
    expect(faults).toEqual([]);
  });

  test('errors by kind: a time-out counts at its value, a failed connection has no latency', () => {
    const text =
      HEADER +
      request(400, '1050') +
      request(0, '1212') +
      request(3, '1503') +
      'greenlight_error,6000,1,,measured,kind=status,\n';
    const { errors, latency, requests } = read(text);
    expect(requests).toBe(3);
    expect(errors).toEqual({ status: 1, timeout: 1, connection: 1, assertion: 0 });
    expect(latency).toMatchObject({ samples: 2 });
    expect(latency?.max).toBeCloseTo(1000, -1);
  });

  test('k6 judges the status of plain requests; an answer that did not come is no second error', () => {
    const failed = (value: number, errorCode = ''): string =>
      `http_req_failed,6000,${value.toFixed(6)},${errorCode},measured,,\n`;
    const { errors, requests, buckets, faults } = read(
      HEADER +
        (request(10) + failed(0)) +
        (request(10) + failed(1)) +
        (request(10, '1503') + failed(1, '1503')) +
        (request(400, '1050') + failed(1, '1050')) +
        (request(0, '1212') + failed(1, '1212')) +
        (request(10, '', 'warmup') + failed(1)),
    );
    expect(requests).toBe(5);
    expect(errors).toEqual({ status: 2, timeout: 1, connection: 1, assertion: 0 });
    expect(buckets.every((bucket) => bucket.errors <= bucket.requests)).toBe(true);
    expect(faults).toEqual([]);
  });

  test('a broken stream of HTTP/2 is no answer, and a body that cannot be unpacked is a wrong one', () => {
    const { errors, latency } = read(HEADER + request(5, '1631') + request(5, '1701') + request(5, '1404'));
    expect(errors).toEqual({ status: 0, timeout: 0, connection: 1, assertion: 1 });
    expect(latency?.samples).toBe(2);
  });

  test('iterations, dropped arrivals and bytes of the window; faults of any time', () => {
    const text =
      HEADER +
      line('iterations', 1) +
      line('dropped_iterations', 1) +
      line('dropped_iterations', 1, 'warmup') +
      line('data_received', 700) +
      'greenlight_fault,6000,1,,warmup,"kind=Error%3A+no%2C+""x""",\n';
    const { totals, buckets, faults } = read(text);
    expect(totals).toMatchObject({ requests: 0, faults: 1, iterations: 1, dropped: 2 });
    expect(totals.measured).toEqual({ iterations: 1, dropped: 1 });
    expect(buckets).toEqual([{ second: 0, requests: 0, errors: 0, bytes: 700, inFlight: 0 }]);
    expect(faults[0]).toContain('the flow threw');
  });

  test('a stream that was cut, or that cannot be read, is a fault', () => {
    expect(read(HEADER + request(10) + 'http_req_dur').faults).toHaveLength(1);
    expect(read(HEADER + 'http_req_duration,6000,1,,measured,,\n').faults).toHaveLength(1);
    expect(read(HEADER + 'http_req_blocked,6000,1,,measured,,\n').faults).toHaveLength(1);
    expect(read(HEADER + 'http_reqs,soon,1,,measured,,\n').faults).toHaveLength(1);
  });
});

test('no ending of k6 but 0 lets a result count', () => {
  expect(k6Ending(0, null)).toEqual({ finished: true });
  for (const code of [1, 2, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 137, 255]) {
    expect(k6Ending(code, null).finished).toBe(false);
  }
  expect(k6Ending(null, 'SIGKILL')).toEqual({ finished: false, meaning: 'k6 was killed by SIGKILL' });
});

describe('finding k6', () => {
  const directory = mkdtempSync(join(tmpdir(), 'greenlight-k6-'));
  function program(path: string, output: string): string {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, `#!/bin/sh\necho '${output}'\n`);
    chmodSync(path, 0o755);
    return path;
  }
  test('named, on the PATH, in the cache; too old and not there', async () => {
    try {
      const path = process.env['PATH'] ?? '';
      const named = program(join(directory, 'named'), 'k6 v2.9.1 (go1.26)');
      const old = program(join(directory, 'old'), 'k6 v0.49.0');
      program(join(directory, 'bin', 'k6'), 'k6 v2.2.0 (x)');
      program(join(directory, 'cache', 'greenlight', 'k6-2.9.0', 'k6'), 'k6 v2.9.0');
      const newest = program(join(directory, 'cache', 'greenlight', 'k6-2.10.0', 'k6'), 'k6 v2.10.0');
      expect(await findK6({ GREENLIGHT_K6: named })).toMatchObject({ available: true, version: '2.9.1' });
      expect(await findK6({ PATH: `${join(directory, 'bin')}:${path}` })).toMatchObject({ version: '2.2.0' });
      const cache = { PATH: '/nowhere', XDG_CACHE_HOME: join(directory, 'cache') };
      expect(await findK6(cache)).toMatchObject({ version: '2.10.0', path: newest });
      const tooOld = await findK6({ ...cache, GREENLIGHT_K6: old });
      expect(tooOld).toMatchObject({
        available: false,
        reason: expect.stringContaining('2 or later') as string,
      });
      // A program that is named is never silently replaced by another.
      expect(await findK6({ ...cache, GREENLIGHT_K6: '/nowhere/k6' })).toMatchObject({ available: false });
      expect(await findK6({ PATH: '/nowhere', XDG_CACHE_HOME: '/nowhere' })).toMatchObject({
        available: false,
      });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('guards before load', () => {
  const plan = (url: string, load: string[] = []) => ({
    ...parsePlan({
      target: { name: 't', urls: { app: 'http://127.0.0.1:1' } },
      checks: [{ id: 'x', title: 'x' }],
    }),
    target: { name: 't', urls: { app: url } },
    allow: { load, createData: [] },
  });
  const reading = profileOf();

  test('hosts that are neither loopback nor allowed, and payment providers even when allowed', () => {
    expect(refusal(plan('http://localhost:1'), reading, undefined)).toBeUndefined();
    expect(refusal(plan('https://shop.example.com'), reading, undefined)?.summary).toContain(
      'neither loopback',
    );
    expect(
      refusal(plan('https://shop.example.com', ['shop.example.com']), reading, undefined),
    ).toBeUndefined();
    expect(
      refusal(plan('https://api.stripe.com', ['api.stripe.com']), reading, undefined)?.summary,
    ).toContain('payment provider');
  });

  test('flows that create data, that observe or poll, or that are not there', () => {
    const withFlow = profileOf({ requests: undefined, flow: 'two-steps' });
    const creating = flow('two-steps', { title: 'T' }).request('a', {
      request: () => ({ method: 'POST', path: '/' }),
      creates: () => ({ kind: 'thing', identity: 'x' }),
    });
    const observing = twoSteps().observe('mail', { port: 'mailbox', query: () => ({ to: 'a@b.c' }) });
    const polling = twoSteps().request('paid', { request: () => ({ method: 'GET', path: '/' }), poll: {} });
    const local = plan('http://127.0.0.1:1');
    expect(refusal(local, withFlow, twoSteps())).toBeUndefined();
    expect(refusal(local, withFlow, polling)).toMatchObject({
      summary: expect.stringContaining('paid (poll)') as unknown,
      remedy: 'name a flow of requests only, none of which polls',
    });
    expect(refusal(local, withFlow, creating)?.summary).toContain('creates data');
    expect(refusal(local, withFlow, observing)?.summary).toContain('mail (observe)');
    expect(refusal(local, withFlow, undefined)?.summary).toContain('no flow "two-steps"');
  });
});

test('the plan file is the named one, or the nearest above a place', () => {
  const directory = mkdtempSync(join(tmpdir(), 'greenlight-plan-'));
  try {
    mkdirSync(join(directory, 'greenlight'));
    writeFileSync(join(directory, 'greenlight.config.mts'), '');
    const expected = join(directory, 'greenlight.config.mts');
    expect(findPlanFile([undefined, join(directory, 'greenlight', 'load.spec.ts')], {})).toBe(expected);
    expect(findPlanFile([directory], { GREENLIGHT_PLAN: '/elsewhere/plan.ts' })).toBe('/elsewhere/plan.ts');
    expect(findPlanFile([undefined], {})).toBeUndefined();
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('silences: from the first answer to the end of the window, whatever the order', () => {
  const recorder = new LoadRecorder();
  const ok = { kind: 'ok', bytes: 0 } as const;
  for (let at = 2000; at < 2990; at += 20) recorder.record({ ...ok, sinceMs: at - 5, latencyMs: 5 });
  for (let at = 0; at < 1000; at += 20) recorder.record({ ...ok, sinceMs: at, latencyMs: 5 });
  // A connection that fails tells as well that the target does something.
  recorder.record({ kind: 'connection', sinceMs: 1500, latencyMs: undefined, bytes: 0 });
  expect(recorder.result(3000).silencesMs).toEqual([510, 490]);
  expect(recorder.result(4000).silencesMs).toEqual([1010, 510, 490]);
  expect(new LoadRecorder().result(3000).silencesMs).toEqual([3000]);
});
