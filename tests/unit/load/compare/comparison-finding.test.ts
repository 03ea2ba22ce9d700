import { describe, expect, test } from 'vitest';
import { LoadComparison } from '../../../../contract/load/load-comparison.ts';
import type { LoadResult } from '../../../../contract/load/load-result.ts';
import { contradictionOf } from '../../../../reporters/judge/contradiction.ts';
import { comparisonFinding } from '../../../../load/compare/comparison-finding.ts';
import type { RequestRounds } from '../../../../load/compare/compare-rounds.ts';
import { seededRandom } from '../../../../load/compare/seeded-random.ts';
import { LoadRecorder } from '../../../../load/engines/load-recorder.ts';
import { resultOf } from '../load-result-of.ts';

const comparison = LoadComparison.parse({
  id: 'new-is-as-fast',
  title: 'New is as fast as old',
  engine: 'autocannon',
  requests: [{ path: '/products' }],
  margin: 0.2,
  floorMs: 1,
});

/** A block in which every answer takes about so long. */
function block(latencyMs: number, changes: Partial<LoadResult> = {}, answers = 200): LoadResult {
  const recorder = new LoadRecorder();
  for (let index = 0; index < answers; index += 1) {
    recorder.record({
      kind: 'ok',
      sinceMs: index,
      latencyMs: latencyMs * (1 + index / answers / 20),
      bytes: 1,
    });
  }
  const durationMs = (latencyMs * answers) / 4;
  return resultOf({ ...recorder.result(), connections: 4, durationMs, ...changes });
}

const { status: _, ...noErrors } = resultOf().errors;
const failing = (status: number): Partial<LoadResult> => ({ errors: { ...noErrors, status } });

interface Made {
  readonly rounds?: number;
  readonly old?: number;
  readonly new: number;
  /** Greatest share by which the machine changes a block. */
  readonly noise?: number;
  readonly newChanges?: Partial<LoadResult>;
  readonly oldChanges?: Partial<LoadResult>;
  readonly answers?: number;
  readonly request?: string;
  readonly oldAgain?: number;
}

function measured(made: Made): RequestRounds {
  const random = seededRandom(7);
  const noisy = (value: number): number => value * (1 + (made.noise ?? 0.02) * (2 * random() - 1));
  const old = made.old ?? 50;
  return {
    request: made.request ?? 'GET /products',
    rounds: Array.from({ length: made.rounds ?? 20 }, () => ({
      old: block(noisy(old), made.oldChanges, made.answers),
      'old-again': block(noisy(made.oldAgain ?? old), made.oldChanges, made.answers),
      new: block(noisy(made.new), made.newChanges, made.answers),
    })),
  };
}

const judge = (...requests: readonly RequestRounds[]) =>
  comparisonFinding({ comparison, requests, control: 'not-asked' });

describe('comparisonFinding', () => {
  test('a new system as fast as the old one passes, and its details agree', () => {
    const finding = judge(measured({ new: 50 }));
    expect(finding.outcome, finding.summary).toBe('pass');
    expect(finding.sampleSize).toBe(20 * 200);
    expect(contradictionOf(finding)).toBeUndefined();
  });

  test('one that is slower than the margin allows fails, with both numbers', () => {
    const finding = judge(measured({ new: 80 }));
    expect(finding).toMatchObject({
      outcome: 'fail',
      cause: 'slower-than-old',
      expected: '<= 1.20 times of old',
    });
    expect(finding.measured).toMatch(/^1\.[56]\d times of old$/);
    expect(finding.summary).toContain('GET /products');
    expect(finding.detail).toMatchObject({ kind: 'comparison' });
  });

  test('slower, but by less than the margin, passes', () => {
    expect(judge(measured({ new: 55 })).outcome).toBe('pass');
  });

  test('slower by a share that nobody could feel passes', () => {
    expect(judge(measured({ old: 1, new: 1.5 })).outcome).toBe('pass');
  });

  test('a machine whose noise hides the difference is unknown, and says how many more rounds it takes', () => {
    const finding = judge(measured({ new: 58, noise: 0.6 }));
    expect(finding.outcome).toBe('unknown');
    expect(finding.remedy).toMatch(/more rounds would decide|quieter machine/);
  });

  test('an old system that differs from itself makes the answer unknown, whatever new is', () => {
    for (const fresh of [50, 200]) {
      const finding = judge(measured({ new: fresh, oldAgain: 90 }));
      expect(finding.outcome, finding.summary).toBe('unknown');
      expect(finding.summary).toContain('too noisy');
    }
  });

  test('rounds of an overloaded generator or of less load than ordered are left out, and said to be', () => {
    const generator = { lagP99Ms: 400, cpuPercent: 100, saturated: true };
    for (const made of [
      { new: 50, newChanges: { generator } },
      { new: 50, newChanges: { targetRate: 100, achievedRate: 60 } },
      { new: 50, newChanges: { targetRate: 100, dropped: 400 } },
    ]) {
      const finding = judge(measured(made));
      expect(finding.outcome).toBe('unknown');
      expect(finding.summary).toContain('20 of 20 rounds left out');
    }
  });

  test('the slower new is, the less load it gets, and the more certainly it fails', () => {
    const ordered = { targetRate: 100, achievedRate: 100, model: 'open' } as const;
    for (const [slower, achievedRate] of [
      [100, 100],
      [500, 60],
      [3000, 10],
    ] as const) {
      const newChanges = { ...ordered, achievedRate, dropped: (100 - achievedRate) * 20 };
      const made = { new: slower, oldChanges: ordered, newChanges };
      expect(judge(measured(made)).outcome, `${slower} ms`).toBe('fail');
    }
    // Where old did not get what was ordered either, it may be this machine.
    const less = { targetRate: 100, achievedRate: 60 };
    const nobody = measured({ new: 500, oldChanges: less, newChanges: less });
    expect(judge(nobody).outcome).toBe('unknown');
  });

  test('in a closed model new that gives few answers fails all the same', () => {
    for (const answers of [200, 20, 4]) {
      const slow = measured({ new: 50 });
      const rounds = slow.rounds.map((round) => ({
        ...round,
        new: block((50 * 400) / answers, {}, answers),
      }));
      expect(judge({ ...slow, rounds }).outcome, `${answers} answers`).toBe('fail');
    }
  });

  test('more errors on new fail although they are fast', () => {
    const finding = judge(measured({ new: 10, newChanges: failing(100) }));
    expect(finding.outcome).toBe('fail');
    expect(finding.summary).toContain('50.0 % of the requests fail on new, 0.0 % on old');
  });

  test('errors that may be chance are unknown; errors as on old are none of new', () => {
    // 1 of 1200 is less than the margin, and yet 12 more could be.
    const few = measured({ new: 50, rounds: 6 });
    expect(judge(few).outcome).toBe('pass');
    const [first, ...rest] = few.rounds;
    if (first === undefined) throw new Error('no round');
    const chance = { ...few, rounds: [{ ...first, new: { ...first.new, ...failing(8) } }, ...rest] };
    const finding = judge(chance);
    expect(finding.outcome).toBe('unknown');
    expect(finding.summary).toContain('of 1200 requests that may be up to 1.2 % more');
    const same = measured({ new: 50, newChanges: failing(2), oldChanges: failing(2) });
    expect(judge(same).outcome).toBe('pass');
  });

  test('an old system that mostly fails is nothing to compare with', () => {
    const finding = judge(measured({ new: 50, newChanges: failing(80), oldChanges: failing(80) }));
    expect(finding.outcome).toBe('unknown');
    expect(finding.summary).toContain('nothing sound to compare with');
  });

  test('one request that is worse decides, and the others are shown', () => {
    const finding = judge(
      measured({ new: 50, request: 'GET /a' }),
      measured({ new: 90, request: 'GET /b' }),
      measured({ new: 50, request: 'GET /c' }),
    );
    expect(finding).toMatchObject({ outcome: 'fail' });
    expect(finding.summary).toMatch(/^GET \/b/);
    const outcomes = finding.detail?.kind === 'comparison' ? finding.detail.comparison.requests : [];
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['pass', 'fail', 'pass']);
  });

  test('of many requests, one that is only just worse may be chance', () => {
    // Seven rounds, all worse: p is 1/128, enough for two measures at 95 %, not for those of five requests.
    const worse = measured({ new: 80, rounds: 7, request: 'GET /b' });
    expect(judge(worse).outcome).toBe('fail');
    const others = [1, 2, 3, 4].map((n) => measured({ new: 50, rounds: 7, request: `GET /${n}` }));
    const finding = judge(worse, ...others);
    expect(finding.outcome).toBe('unknown');
    expect(finding.summary).toContain('among 10 measures that may be chance');
  });

  test('requests whose errors are not decided do not loosen the correction of the others', () => {
    const worse = measured({ new: 80, rounds: 7, request: 'GET /b' });
    const unsure = [1, 2, 3, 4].map((n) =>
      measured({ new: 50, rounds: 7, request: `GET /${n}`, newChanges: failing(2) }),
    );
    expect(judge(...unsure, worse).outcome).toBe('unknown');
  });

  test('old that differs from itself in one request leaves no latency of any request to decide', () => {
    const finding = judge(
      measured({ new: 50, oldAgain: 90, request: 'GET /a' }),
      measured({ new: 80, request: 'GET /b' }),
    );
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'too-noisy' });
    expect(finding.summary).toMatch(/^GET \/a: p95 the old system differs from itself/);
    const requests = finding.detail?.kind === 'comparison' ? finding.detail.comparison.requests : [];
    expect(requests.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
    const broken = measured({ new: 50, request: 'GET /b', newChanges: failing(100) });
    expect(judge(measured({ new: 50, oldAgain: 90, request: 'GET /a' }), broken)).toMatchObject({
      outcome: 'fail',
      cause: 'more-errors',
    });
  });

  /** Nine tenths of a second nobody is answered; four connections hang meanwhile, and all else is as fast as on old. */
  function standingStill(answers: number, silencesMs: readonly number[]): LoadResult {
    const recorder = new LoadRecorder();
    for (let index = 0; index < answers + 4; index += 1) {
      const latencyMs = index < answers ? 1 + index / answers / 20 : (silencesMs[0] ?? 1);
      recorder.record({ kind: 'ok', sinceMs: index, latencyMs, bytes: 1 });
    }
    const changes = { connections: 4, durationMs: 1000, silencesMs: [...silencesMs] };
    return resultOf({ ...recorder.result(), ...changes });
  }

  test.each([
    ['nine tenths of the time fails by what each answer takes', 100, 890, 'fail', 'slower-than-old'],
    [
      'half of the time, by less than the floor on average, hides a stall',
      2000,
      500,
      'unknown',
      'stall-hidden',
    ],
  ] as const)('new that stands still %s', (_title, answers, silence, outcome, cause) => {
    const rounds = Array.from({ length: 20 }, () => ({
      old: standingStill(4000, []),
      'old-again': standingStill(4000, []),
      new: standingStill(answers, [silence]),
    }));
    const finding = comparisonFinding({
      comparison: { ...comparison, floorMs: 5 },
      requests: [{ request: 'GET /', rounds }],
      control: 'not-asked',
    });
    expect(finding, finding.summary).toMatchObject({ outcome, cause });
    expect(finding.summary).toContain(outcome === 'fail' ? 'time per answer' : 'nothing was sent while');
  });

  test('a new system that answers nobody at all in its blocks is no pass', () => {
    const dead = resultOf({
      requests: 0,
      latency: null,
      connections: 4,
      durationMs: 1000,
      silencesMs: [1000],
    });
    const rounds = Array.from({ length: 20 }, () => ({
      old: standingStill(1000, []),
      'old-again': standingStill(1000, []),
      new: dead,
    }));
    const finding = judge({ request: 'GET /', rounds });
    expect(finding, finding.summary).toMatchObject({ outcome: 'fail' });
  });

  test('a percentile of few answers is taken of several rounds together', () => {
    const finding = judge(measured({ new: 50, rounds: 24, answers: 60 }));
    expect(finding.outcome, finding.summary).toBe('pass');
    expect(finding.detail).toMatchObject({ comparison: { requests: [{ rounds: 6 }] } });
    const few = judge(measured({ new: 50, rounds: 20, answers: 20 }));
    expect(few.outcome).toBe('unknown');
    expect(few.summary).toContain('20 rounds with 400 answers of the slowest side make 2 ratios of 200');
  });

  test('errors that our own overload may have caused are none of new; wrong answers are', () => {
    const generator = { lagP99Ms: 400, cpuPercent: 100, saturated: true };
    const lost = { errors: { ...noErrors, status: 0, timeout: 100 }, generator };
    expect(judge(measured({ new: 50, newChanges: lost })).outcome).toBe('unknown');
    expect(judge(measured({ new: 50, newChanges: { ...failing(100), generator } })).outcome).toBe('fail');
  });

  test('more rounds than there can be are not advised', () => {
    const finding = judge(measured({ new: 58.5, noise: 0.3 }));
    expect(finding.outcome, finding.summary).toBe('unknown');
    const many = comparisonFinding({
      comparison: { ...comparison, rounds: 499 },
      requests: [measured({ new: 58.5, noise: 0.3 })],
      control: 'not-asked',
    });
    expect(many.remedy).toContain('500 is the most there can be');
    expect(many.detail).toMatchObject({ comparison: { requests: [{ moreRounds: null }] } });
  });

  test('what passes below the floor is not called a matter of the margin', () => {
    const finding = judge(measured({ old: 0.2, new: 0.6 }));
    expect(finding.outcome, finding.summary).toBe('pass');
    expect(finding.summary).toContain('or 1 ms');
    expect(finding.summary).toContain('below the floor of 1');
    expect(finding.summary).not.toContain('1.20 times');
  });

  test.each([
    ['new', 'answers', 'fail'],
    ['new', 'silent', 'unknown'],
    ['new', 'not-asked', 'unknown'],
    ['old', 'answers', 'unknown'],
    ['old-again', 'answers', 'unknown'],
  ] as const)('%s unreachable while the control address is %s: %s', (side, control, outcome) => {
    const one = measured({ new: 50 });
    const [first, ...rest] = one.rounds;
    if (first === undefined) throw new Error('no round');
    const dead = { ...first, [side]: resultOf({ requests: 0, latency: null, unreachable: 'refused' }) };
    const requests = [{ ...one, rounds: [...rest, dead] }];
    expect(comparisonFinding({ comparison, requests, control })).toMatchObject({
      outcome,
      cause: 'unreachable',
    });
  });

  test('a fault of the engine and no rounds at all are unknown', () => {
    expect(judge(measured({ new: 50, newChanges: { faults: ['it broke'] } })).cause).toBe('engine-fault');
    expect(judge({ request: 'GET /', rounds: [] })).toMatchObject({
      outcome: 'unknown',
      cause: 'no-samples',
    });
  });
});
