import { describe, expect, test } from 'vitest';
import { LoadComparison } from '../../../../contract/load-comparison.ts';
import type { LoadResult } from '../../../../contract/load-result.ts';
import { contradictionOf } from '../../../../reporters/judge/contradiction.ts';
import { judgeComparison, type RequestRounds } from '../../../../load/compare/judge-comparison.ts';
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
function block(latencyMs: number, changes: Partial<LoadResult> = {}, answers = 50): LoadResult {
  const recorder = new LoadRecorder();
  for (let index = 0; index < answers; index += 1) {
    recorder.record({ kind: 'ok', sinceMs: index, latencyMs: latencyMs * (1 + index / 1000), bytes: 1 });
  }
  return resultOf({ ...recorder.result(), ...changes });
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
  judgeComparison({ comparison, requests, control: 'not-asked' });

describe('judgeComparison', () => {
  test('a new system as fast as the old one passes, and its details agree', () => {
    const finding = judge(measured({ new: 50 }));
    expect(finding.outcome, finding.summary).toBe('pass');
    expect(finding.sampleSize).toBe(20 * 50);
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

  test('blocks with too few answers, an overloaded generator or less load than ordered are left out, and said to be', () => {
    const generator = { lagP99Ms: 400, cpuPercent: 100, saturated: true };
    for (const made of [
      { new: 50, answers: 5 },
      { new: 50, newChanges: { generator } },
      { new: 50, newChanges: { targetRate: 100, achievedRate: 60 } },
      { new: 50, newChanges: { targetRate: 100, dropped: 400 } },
    ]) {
      const finding = judge(measured(made));
      expect(finding.outcome).toBe('unknown');
      expect(finding.summary).toContain('20 of 20 rounds left out');
    }
  });

  test('more errors on new fail although they are fast', () => {
    const finding = judge(measured({ new: 10, newChanges: failing(25) }));
    expect(finding.outcome).toBe('fail');
    expect(finding.summary).toContain('50.0 % of the requests fail on new, 0.0 % on old');
  });

  test('errors that may be chance are unknown; errors as on old are none of new', () => {
    const one = measured({ new: 50, rounds: 6, answers: 20 });
    const [first, ...rest] = one.rounds;
    if (first === undefined) throw new Error('no round');
    const chance = { ...one, rounds: [{ ...first, new: { ...first.new, ...failing(2) } }, ...rest] };
    expect(judge(chance).outcome).toBe('unknown');
    const same = measured({ new: 50, newChanges: failing(2), oldChanges: failing(2) });
    expect(judge(same).outcome).toBe('pass');
  });

  test('an old system that mostly fails is nothing to compare with', () => {
    const finding = judge(measured({ new: 50, newChanges: failing(20), oldChanges: failing(20) }));
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
    // Six rounds, all worse: p is 1/64, enough alone at 95 %, not for the worst of five.
    const worse = measured({ new: 80, rounds: 6, request: 'GET /b' });
    expect(judge(worse).outcome).toBe('fail');
    const others = [1, 2, 3, 4].map((n) => measured({ new: 50, rounds: 6, request: `GET /${n}` }));
    const finding = judge(worse, ...others);
    expect(finding.outcome).toBe('unknown');
    expect(finding.summary).toContain('among 5 requests that may be chance');
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
    expect(judgeComparison({ comparison, requests, control })).toMatchObject({
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
