import { describe, expect, test } from 'vitest';
import { Finding } from '../../../contract/evidence/finding.ts';
import type { LoadProfile } from '../../../contract/load/load-profile.ts';
import type { LoadResult } from '../../../contract/load/load-result.ts';
import { loadFinding } from '../../../load/load-finding.ts';
import type { ControlAnswer } from '../../../safety/ask-control.ts';
import { profileOf, resultOf } from './load-result-of.ts';

function judged(
  result: Partial<LoadResult>,
  options: { thresholds?: LoadProfile['thresholds']; control?: ControlAnswer; minimumRequests?: number } = {},
): Finding {
  const { thresholds, control = 'not-asked', minimumRequests } = options;
  const profile = profileOf({
    ...(thresholds ? { thresholds } : {}),
    ...(minimumRequests ? { minimumRequests } : {}),
  });
  return Finding.parse(loadFinding({ profile, result: resultOf(result), control }));
}
const none = { status: 0, timeout: 0, connection: 0, assertion: 0 };
const open = {
  engine: { name: 'k6', version: '2.2.0' },
  model: 'open',
  targetRate: 100,
  achievedRate: 100,
} as const;

describe('what was measured', () => {
  test('a healthy result passes, with its sample size and its statements', () => {
    const finding = judged({});
    expect(finding).toMatchObject({ outcome: 'pass', sampleSize: 1000 });
    expect(finding.summary).toContain('closed model');
    expect(finding.detail).toMatchObject({
      kind: 'load',
      statements: [
        { name: 'p95', ok: true, measured: 100, expected: '<= 500', unit: 'ms' },
        { name: 'error rate', ok: true, measured: 0, expected: '<= 0.01' },
      ],
    });
  });

  test('each limit fails by name, and exactly at the limit it holds', () => {
    const limits = { p50Ms: 50, p95Ms: 100, p99Ms: 200, errorRate: 0.01, minimumRate: 100 };
    const atLimit = judged({ errors: { ...none, status: 10 } }, { thresholds: limits });
    expect(atLimit.outcome).toBe('pass');
    const latency = { samples: 1000, p50: 50.01, p90: 80, p95: 100.01, p99: 200.01, max: 300, mean: 55 };
    const above = judged({ latency, errors: { ...none, status: 11 } }, { thresholds: limits });
    expect(above).toMatchObject({
      outcome: 'fail',
      cause: 'p50',
      measured: 50.01,
      expected: '<= 50',
      unit: 'ms',
    });
    expect(above.summary).toContain('p99 is 200.01 ms (<= 200 ms)');
    expect(above.summary).toContain('error rate is 1.1 % (<= 1 %)');
    expect(judged({ requests: 999 }, { thresholds: limits })).toMatchObject({
      outcome: 'fail',
      cause: 'requests-per-second',
      measured: 99.9,
    });
  });

  test('every kind of error counts towards the error rate', () => {
    for (const kind of ['status', 'timeout', 'connection', 'assertion'] as const) {
      expect(judged({ errors: { ...none, [kind]: 11 } }, { control: 'answers' }).cause).toBe('error-rate');
    }
  });

  test('a breach names the most frequent statuses, and one request with its answer', () => {
    const example = { request: 'GET /products', answer: '503, text/html, a text of 19 characters' };
    const finding = judged({
      errors: { ...none, status: 52 },
      wrongAnswers: [
        { status: 503, count: 50, example },
        { status: 404, count: 2, example: { request: 'GET /gone', answer: '404' } },
      ],
    });
    expect(finding.summary).toBe(
      'Under load: error rate is 5.2 % (<= 1 %): 50 answers with 503, 2 answers with 404; for example GET /products: 503, text/html, a text of 19 characters',
    );
    expect(judged({ errors: { ...none, timeout: 52 } }, { control: 'answers' }).summary).toBe(
      'Under load: error rate is 5.2 % (<= 1 %)',
    );
  });

  test('fast errors cannot pass a profile that only limits latency', () => {
    const finding = judged({ errors: { ...none, status: 1000 } }, { thresholds: { p95Ms: 500 } });
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'error-rate', measured: 100, unit: '%' });
  });

  test('a breach is told before a rounded number could hide it', () => {
    const latency = { samples: 1000, p50: 1, p90: 1, p95: 500.001, p99: 501, max: 502, mean: 1 };
    expect(judged({ latency }).outcome).toBe('fail');
  });
});

describe('nothing was measured: never a pass', () => {
  test.each<[string, Partial<LoadResult>, string]>([
    ['no requests', { requests: 0, latency: null, achievedRate: 0 }, 'no-samples'],
    ['requests without a latency', { latency: null }, 'no-samples'],
    ['too few requests', { requests: 99 }, 'too-few-requests'],
    ['a fault of the engine', { faults: ['k6 left no summary'] }, 'engine-fault'],
    ['a fault and a breach', { faults: ['x'], errors: { ...none, status: 900 } }, 'engine-fault'],
    ['not reachable', { requests: 0, latency: null, unreachable: 'ECONNREFUSED' }, 'unreachable'],
    [
      'every connection failed',
      { requests: 160, latency: null, errors: { ...none, connection: 160 } },
      'unreachable',
    ],
    [
      'an overloaded generator',
      { generator: { lagP99Ms: 90, cpuPercent: 100, saturated: true } },
      'generator-saturated',
    ],
  ])('%s is unknown, with a remedy', (_, result, cause) => {
    const finding = judged(result);
    expect(finding).toMatchObject({ outcome: 'unknown', cause });
    expect(finding.remedy).toBeTruthy();
  });

  test('fewer requests than needed do not fail either', () => {
    const finding = judged({ requests: 20, errors: { ...none, timeout: 20 } });
    expect(finding).toMatchObject({ outcome: 'unknown', measured: 20, expected: '>= 100' });
  });

  test('statements of an empty result say that nothing was measured', () => {
    const { detail } = judged({ requests: 0, latency: null });
    expect(detail).toMatchObject({
      statements: [
        { ok: false, measured: 'nothing' },
        { ok: false, measured: 'nothing' },
      ],
    });
  });
});

describe('whose fault a missing answer is', () => {
  const dead = { requests: 0, latency: null, unreachable: 'ECONNREFUSED 127.0.0.1:1' };
  test('a dead target fails only while the control address answers', () => {
    expect(judged(dead, { control: 'answers' })).toMatchObject({ outcome: 'fail', cause: 'unreachable' });
    expect(judged(dead, { control: 'silent' }).outcome).toBe('unknown');
    expect(judged(dead, { control: 'not-asked' }).outcome).toBe('unknown');
  });

  test("lost answers in a measured run are the target's, unless our own network is silent", () => {
    const lost = { errors: { ...none, connection: 100, timeout: 100 } };
    expect(judged(lost).outcome).toBe('fail');
    expect(judged(lost, { control: 'answers' }).outcome).toBe('fail');
    expect(judged(lost, { control: 'silent' })).toMatchObject({ outcome: 'unknown', cause: 'own-network' });
  });

  test.each([
    ['not-asked', 'unknown', 'connections-failed'],
    ['answers', 'fail', 'error-rate'],
    ['silent', 'unknown', 'own-network'],
  ] as const)('connections that failed, control %s: %s', (control, outcome, cause) => {
    const lost = { errors: { ...none, connection: 300 } };
    expect(judged(lost, { control })).toMatchObject({ outcome, cause });
    expect(judged({ errors: { ...none, connection: 5 } }, { control }).outcome).toBe('pass');
  });

  test('a limit on our rate is unknown with the rate at which it began, unless the plan counts it', () => {
    const bucket = (second: number, requests: number) => ({ second, requests, errors: 0, bytes: 0 });
    const limited = {
      errors: { ...none, status: 300 },
      limited: { count: 300, firstSecond: 1 },
      buckets: [bucket(0, 90), bucket(1, 110)],
    };
    const finding = judged(limited);
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'rate-limited', measured: 110, unit: '1/s' });
    expect(finding.summary).toContain('from second 1 on, at 110 requests a second');
    const counted = { ...profileOf({}), rateLimits: 'count' as const };
    expect(loadFinding({ profile: counted, result: resultOf(limited), control: 'answers' }).outcome).toBe(
      'fail',
    );
    // What breaks besides the limit is the target's, and few refusals break nothing.
    expect(judged({ ...limited, errors: { ...none, status: 400 } }).outcome).toBe('fail');
    expect(judged({ errors: { ...none, status: 5 }, limited: { count: 5, firstSecond: 0 } }).outcome).toBe(
      'pass',
    );
  });

  test("wrong answers are the target's whatever state we were in", () => {
    const generator = { lagP99Ms: 90, cpuPercent: 100, saturated: true };
    const wrong = { errors: { ...none, status: 300 }, generator };
    expect(judged(wrong, { control: 'silent' })).toMatchObject({ outcome: 'fail', cause: 'error-rate' });
  });

  test('a breach that our own delay can explain is unknown, a greater one is not', () => {
    const generator = { lagP99Ms: 40, cpuPercent: 90, saturated: false };
    const latency = { samples: 1000, p50: 80, p90: 90, p95: 135, p99: 140, max: 150, mean: 80 };
    const thresholds = { p95Ms: 100 };
    expect(judged({ latency, generator }, { thresholds })).toMatchObject({
      outcome: 'unknown',
      cause: 'within-own-delay',
    });
    // It can be late when the request leaves, and again when its answer is read.
    expect(judged({ latency: { ...latency, p95: 179 }, generator }, { thresholds }).outcome).toBe('unknown');
    expect(judged({ latency: { ...latency, p95: 181 }, generator }, { thresholds }).outcome).toBe('fail');
    // 40 ms are little against a limit of a second.
    const slow = { latency: { ...latency, p95: 1001 }, generator };
    expect(judged(slow, { thresholds: { p95Ms: 1000 } }).outcome).toBe('fail');
    // Another limit is broken that no delay explains.
    expect(judged({ latency, generator, errors: { ...none, timeout: 50 } }, { thresholds }).outcome).toBe(
      'fail',
    );
  });

  test('a rate that a busy generator may itself have held down is unknown', () => {
    const thresholds = { minimumRate: 200 };
    const busy = { generator: { lagP99Ms: 1, cpuPercent: 97, saturated: false } };
    expect(judged(busy, { thresholds })).toMatchObject({ outcome: 'unknown', cause: 'generator-limit' });
    expect(judged({}, { thresholds }).outcome).toBe('fail');
  });
});

describe('an ordered arrival rate', () => {
  test('passes when it was reached', () => {
    const finding = judged(open);
    expect(finding.outcome).toBe('pass');
    expect(finding.summary).toContain('arrivals as ordered');
    // A flow of two requests makes two requests of one arrival.
    expect(finding.summary).toContain('100 arrivals/s');
  });

  test('dropped arrivals beyond the tolerance cannot pass', () => {
    expect(judged({ ...open, dropped: 5 }).outcome).toBe('pass');
    expect(judged({ ...open, dropped: 6 })).toMatchObject({
      outcome: 'unknown',
      cause: 'arrivals-dropped',
      measured: 6,
    });
  });

  test('less than 98 % of the rate cannot pass', () => {
    expect(judged({ ...open, achievedRate: 98 }).outcome).toBe('pass');
    expect(judged({ ...open, achievedRate: 97.9 })).toMatchObject({
      outcome: 'unknown',
      cause: 'rate-not-reached',
    });
  });

  test('a breach under less load than ordered still is a breach', () => {
    const latency = { samples: 500, p50: 600, p90: 800, p95: 900, p99: 950, max: 990, mean: 600 };
    expect(judged({ ...open, dropped: 500, latency })).toMatchObject({ outcome: 'fail', cause: 'p95' });
  });

  test('a request rate that dropped arrivals held down is unknown', () => {
    const result = { ...open, dropped: 500, requests: 500, achievedRate: 50 };
    expect(judged(result, { thresholds: { minimumRate: 90 } })).toMatchObject({
      outcome: 'unknown',
      cause: 'generator-limit',
    });
  });
});

describe('a target that stood still', () => {
  const limit = (p95Ms: number) => ({ thresholds: { p95Ms } });

  test('longer than the percentile leaves room for is no pass of a closed model', () => {
    const finding = judged({ silencesMs: [2000] }, limit(250));
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'stall-hidden' });
    expect(finding.summary).toContain('for up to 2000 ms no answer came');
    expect(judged({ silencesMs: [500, 500, 500] }, limit(250))).toMatchObject({ cause: 'stall-hidden' });
  });

  test('within it, or below the limit, is one', () => {
    expect(judged({ silencesMs: [700] }, limit(250)).outcome).toBe('pass');
    expect(judged({ silencesMs: Array<number>(30).fill(240) }, limit(250)).outcome).toBe('pass');
    expect(judged({}, limit(250)).outcome).toBe('pass');
    // In a short load a single hiccup of the machine is many per cent.
    expect(judged({ durationMs: 2000, silencesMs: [700] }, limit(250)).outcome).toBe('pass');
  });

  test('is in the percentiles of arrivals at a rate already, and a breach stays one', () => {
    expect(judged({ ...open, silencesMs: [2000] }, limit(250)).outcome).toBe('pass');
    expect(judged({ silencesMs: [2000] }, limit(90)).outcome).toBe('fail');
  });
});

describe('triggers', () => {
  /** One letter for each second: `h`ealthy, `b`roken (30 % errors), `.` nothing. */
  const judgedFor = (letters: string, kind: 'sustained' | 'windowed' = 'sustained') =>
    loadFinding({
      profile: profileOf({
        thresholds: { p95Ms: 250, errorRate: 0.4 },
        triggers: [{ kind, forS: 3, errorRate: 0.05, minimumRequests: 100 }],
      }),
      result: resultOf({
        durationMs: letters.length * 1000,
        buckets: [...letters].flatMap((letter, second) =>
          letter === '.' ? [] : [{ second, requests: 100, errors: letter === 'b' ? 30 : 0, bytes: 0 }],
        ),
      }),
      control: 'not-asked',
    });

  test('fire on a stretch of errors, although few of all requests fail, and also when it ended', () => {
    expect(judgedFor('hhhhhhhbbb')).toMatchObject({ outcome: 'fail', cause: 'trigger' });
    expect(judgedFor('hhbbbhhhhh')).toMatchObject({ outcome: 'fail', measured: 'fired after 5 s' });
    expect(judgedFor('hhhhhhhhhb', 'windowed')).toMatchObject({ outcome: 'fail', cause: 'trigger' });
    // It fired, and then the target vanished: that is no recovery.
    expect(judgedFor('hbbb......')).toMatchObject({ outcome: 'fail', cause: 'trigger' });
  });

  test('pass a healthy load, and a breach that one healthy second ended', () => {
    expect(judgedFor('hhhhhhhhhh').outcome).toBe('pass');
    expect(judgedFor('hhbbhhbbhh').outcome).toBe('pass');
  });

  test('do not pass what they could not see to its end', () => {
    expect(judgedFor('hhhhhhhhbb')).toMatchObject({ outcome: 'unknown', cause: 'trigger-pending' });
    expect(judgedFor('hhhhhh....')).toMatchObject({ outcome: 'unknown', cause: 'trigger-unknown' });
    expect(judgedFor('hhhhhh....', 'windowed')).toMatchObject({ outcome: 'unknown' });
  });

  test('belong to a baseline, and fit into it', () => {
    const trigger = { kind: 'sustained', forS: 300, errorRate: 0.05 } as const;
    expect(() => profileOf({ triggers: [trigger] })).toThrow('could never fire');
    expect(() => profileOf({ kind: 'soak', durationS: 600, triggers: [trigger] })).toThrow(
      'only for a baseline',
    );
    expect(profileOf({ durationS: 600, triggers: [trigger] }).triggers).toHaveLength(1);
  });
});
