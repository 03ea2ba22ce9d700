import { describe, expect, test } from 'vitest';
import type { LookedShape } from '../../../contract/load/load-result.ts';
import { flow } from '../../../contract/flow/flow.ts';
import { LoadRecorder } from '../../../load/engines/load-recorder.ts';
import { evenSample } from '../../../load/engines/schema-sample.ts';
import { loadFinding } from '../../../load/load-finding.ts';
import { sharesFinding, shareFinding } from '../../../load/shares-finding.ts';
import { mergeResults } from '../../../load/merge-results.ts';
import { contradictionOf } from '../../../reporters/judge/contradiction.ts';
import { z } from 'zod';
import { walkFlow } from '../../../load/engines/flow-walk.ts';
import { profileOf, resultOf } from './load-result-of.ts';

/** Enough fast answers to be merged. */
function recorded() {
  const recorder = new LoadRecorder();
  for (let at = 0; at < 400; at += 1) recorder.record({ kind: 'ok', sinceMs: at, latencyMs: 20, bytes: 1 });
  return recorder.result();
}

const none = { status: 0, timeout: 0, connection: 0, assertion: 0 };
const sample = (wrong: number, looked: number, step = 'list'): LookedShape => ({ step, looked, wrong });

function judged(shapes: readonly LookedShape[], changes: Parameters<typeof resultOf>[0] = {}) {
  const assertion = shapes.reduce((sum, { wrong }) => sum + wrong, 0);
  const errors = { ...none, assertion };
  const result = resultOf({ requests: 5000, errors, shapes: [...shapes], ...changes });
  return loadFinding({ profile: profileOf(), result, control: 'not-asked' });
}

describe('a wrong shape is a share of what was looked at', () => {
  test('a target that answers everybody with another shape fails, although few of all requests do', () => {
    for (const shapes of [[sample(48, 48)], [sample(3, 3)], [sample(0, 40, 'first'), sample(20, 40)]]) {
      const finding = judged(shapes);
      expect(finding, finding.summary).toMatchObject({ outcome: 'fail', cause: 'wrong-shape' });
    }
    expect(judged([sample(48, 48)]).summary).toContain('48 of 48 answers to "list"');
  });

  test('also while the generator was overloaded, which changes no answer', () => {
    const generator = { lagP99Ms: 90, cpuPercent: 100, saturated: true };
    expect(judged([sample(48, 48)], { generator })).toMatchObject({ outcome: 'fail', cause: 'wrong-shape' });
  });

  test('one of ten, or one of thirty, rolls nothing back, and is no pass either', () => {
    expect(judged([sample(1, 10)])).toMatchObject({ outcome: 'unknown', cause: 'too-few-shapes' });
    expect(judged([sample(1, 30)])).toMatchObject({ outcome: 'unknown', cause: 'shapes-undecided' });
    expect(judged([sample(1, 200)]).outcome).toBe('pass');
  });

  test('fewer than thirty looks at any step are unknown, and none at all as well', () => {
    expect(judged([sample(0, 29)])).toMatchObject({ outcome: 'unknown', measured: 29, expected: '>= 30' });
    expect(judged([sample(0, 30), sample(0, 0, 'last')])).toMatchObject({ outcome: 'unknown', measured: 0 });
    const pass = judged([sample(0, 30)]);
    expect(pass.outcome, pass.summary).toBe('pass');
    expect(contradictionOf(pass)).toBeUndefined();
    // Where no step has a schema nothing is asked for.
    expect(judged([]).outcome).toBe('pass');
  });

  test('a share within what the plan allows passes', () => {
    const profile = profileOf({ thresholds: { p95Ms: 500, errorRate: 0.1 } });
    const result = resultOf({ errors: { ...none, assertion: 5 }, shapes: [sample(5, 60)] });
    expect(loadFinding({ profile, result, control: 'not-asked' }).outcome).toBe('pass');
  });
});

describe('shares, processes and slices of one load', () => {
  test('are added up by step', () => {
    const shapes = (looked: number) => resultOf({ shapes: [sample(0, looked), sample(1, looked, 'last')] });
    for (const together of ['at-once', 'in-turn'] as const)
      expect(mergeResults([shapes(20), shapes(15)], together).shapes).toEqual([
        sample(0, 35),
        sample(2, 35, 'last'),
      ]);
    expect(mergeResults([resultOf(), resultOf()], 'at-once').shapes).toBeUndefined();
  });

  test('are judged together', () => {
    const profile = profileOf({ engine: 'k6', rate: 90, thresholds: { p95Ms: 500 } });
    const share = (index: number, wrong: number) =>
      shareFinding({
        segment: { index, of: 3 },
        profile,
        control: 'not-asked',
        result: resultOf({
          ...recorded(),
          engine: { name: 'k6', version: '2.2.0' },
          model: 'open',
          targetRate: 30,
          achievedRate: 30,
          errors: { ...none, assertion: wrong },
          shapes: [sample(wrong, 12)],
        }),
      });
    expect(
      sharesFinding(
        'search-holds',
        [1, 2, 3].map((index) => share(index, 0)),
      ).outcome,
    ).toBe('pass');
    expect(
      sharesFinding(
        'search-holds',
        [1, 2, 3].map((index) => share(index, 4)),
      ),
    ).toMatchObject({
      outcome: 'fail',
      cause: 'wrong-shape',
    });
  });
});

describe('which answers are looked at', () => {
  test('some, evenly over the window, whatever its length and however many make the load', () => {
    for (const [durationS, among] of [
      [1, 1],
      [60, 1],
      [10, 40],
    ] as const) {
      const asking = Array.from({ length: among }, () => evenSample(durationS, among));
      let looked = 0;
      for (let now = 0; now < durationS * 1000; now += 1) looked += asking.filter((one) => one(now)).length;
      expect(looked).toBeGreaterThanOrEqual(100);
      expect(looked).toBeLessThanOrEqual(160);
    }
  });

  test('and also where iterations begin together', () => {
    const one = evenSample(2, 1);
    let looked = 0;
    for (let now = 0; now < 2000; now += 70)
      for (let user = 0; user < 5; user += 1) looked += one(now) ? 1 : 0;
    expect(looked).toBeGreaterThanOrEqual(100);
  });

  test('one that was looked at only because its comparisons threw is in no sample', () => {
    const named = flow('list', { title: 'List' }).request('list', {
      request: () => ({ method: 'GET', path: '/' }),
      response: z.object({ items: z.array(z.string()) }),
      expect: ({ body }) => [{ name: 'some', ok: body.items.length > 0, measured: 1, expected: 1 }],
    });
    const answered = (body: unknown, schema: boolean) => {
      const options = { flow: named, urls: { app: 'http://a' }, run: 'r', data: {} };
      const walk = walkFlow({ ...options, scope: () => 's', secret: () => '' });
      walk.next();
      return walk.answered({ status: 200, headers: {}, body, durationMs: 1 }, { schema });
    };
    expect(answered({ error: 'overloaded' }, false)).toMatchObject({ kind: 'assertion' });
    expect(answered({ error: 'overloaded' }, false).shape).toBeUndefined();
    expect(answered({ error: 'overloaded' }, true).shape).toEqual({ step: 'list', held: false });
    // The comparison does not hold, and the shape does.
    expect(answered({ items: [] }, true)).toMatchObject({ kind: 'assertion', shape: { held: true } });
  });
});
