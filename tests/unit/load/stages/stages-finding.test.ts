import { describe, expect, test } from 'vitest';
import type { LoadKind } from '../../../../contract/load/load-profile.ts';
import type { LoadResult } from '../../../../contract/load/load-result.ts';
import { loadFinding } from '../../../../load/load-finding.ts';
import { stagesFinding } from '../../../../load/stages/stages-finding.ts';
import { runStages, type Stage, type StageRun } from '../../../../load/stages/run-stages.ts';
import type { ControlAnswer } from '../../../../safety/ask-control.ts';
import { profileOf, resultOf } from '../load-result-of.ts';

const none = { status: 0, timeout: 0, connection: 0, assertion: 0 };
const refused = { requests: 0, latency: null, unreachable: 'ECONNREFUSED' } as const;
const slow = { latency: { samples: 1000, p50: 600, p90: 800, p95: 900, p99: 950, max: 990, mean: 600 } };

function kindOf(kind: LoadKind, changes: object = {}) {
  const peak = kind === 'soak' ? {} : { peak: 50 };
  return profileOf({ kind, connections: 5, recoveryS: 0, ...peak, ...changes });
}

/** Runs the levels with a target that is told what to be at each of them. */
async function staged(
  profile: ReturnType<typeof profileOf>,
  at: (stage: Stage, count: number) => Partial<LoadResult>,
  options: { control?: ControlAnswer; abortAfter?: number } = {},
) {
  const { control = 'answers', abortAfter = Infinity } = options;
  const controller = new AbortController();
  const run = async (stage: Stage): Promise<StageRun> => {
    ran.push(stage);
    const result = resultOf(at(stage, ran.length));
    const asked = result.unreachable === undefined ? 'not-asked' : control;
    if (ran.length >= abortAfter) controller.abort();
    return { stage, result, finding: loadFinding({ profile: stage.profile, result, control: asked }) };
  };
  const ran: Stage[] = [];
  const runs = await runStages(profile, { run, signal: controller.signal });
  return { finding: stagesFinding(profile, runs), levels: ran.map(({ level }) => level), ran };
}

describe('a ramp', () => {
  /** Slow from 28 connections on; `stays` says what it is from then on for ever. */
  const breaking = (stays: Partial<LoadResult> | undefined) => {
    let broken = false;
    return ({ level }: Stage) => {
      if (level >= 28) broken = true;
      if (broken && stays !== undefined) return stays;
      return level >= 28 ? slow : {};
    };
  };

  test('passes when its first level holds again after the breach', async () => {
    const { finding, levels } = await staged(kindOf('ramp'), breaking(undefined));
    expect(finding, finding.summary).toMatchObject({ outcome: 'pass', unit: 'connections' });
    expect(finding.measured).toBeGreaterThanOrEqual(16);
    expect(levels.at(-1)).toBe(5);
  });

  test('that kills the target fails, or is unknown where nothing tells whose network it was', async () => {
    const dead = await staged(kindOf('ramp'), breaking(refused));
    expect(dead.finding, dead.finding.summary).toMatchObject({ outcome: 'fail', cause: 'unreachable' });
    expect(dead.finding.summary).toContain('After the peak');
    const nobody = await staged(kindOf('ramp'), breaking(refused), { control: 'not-asked' });
    expect(nobody.finding).toMatchObject({ outcome: 'unknown', cause: 'unreachable' });
    // Also where the levels below are enough for the least rate.
    const enough = kindOf('ramp', { thresholds: { p95Ms: 500, minimumRate: 50 } });
    expect((await staged(enough, breaking(refused))).finding.outcome).toBe('fail');
  });

  test('that leaves the target slow fails', async () => {
    const { finding } = await staged(kindOf('ramp'), breaking(slow));
    expect(finding, finding.summary).toMatchObject({ outcome: 'fail', cause: 'p95' });
  });

  test('is asked for its least rate at the knee, not at the level that it comes back to', async () => {
    const profile = kindOf('ramp', { thresholds: { p95Ms: 500, minimumRate: 90 } });
    const at = ({ level }: Stage) => (level === 5 ? { requests: 500 } : level >= 28 ? slow : {});
    const { finding } = await staged(profile, at);
    expect(finding, finding.summary).toMatchObject({ outcome: 'pass' });
  });

  test('whose knee has less than the least rate fails', async () => {
    const profile = kindOf('ramp', { thresholds: { p95Ms: 500, minimumRate: 200 } });
    const { finding } = await staged(profile, breaking(undefined));
    expect(finding, finding.summary).toMatchObject({ outcome: 'fail', cause: 'knee-too-low' });
  });
});

test('what is broken at the peak of a stress is broken, whatever could not be told after it', async () => {
  const at = ({ role }: Stage) =>
    role === 'peak'
      ? { errors: { ...none, status: 500 } }
      : role === 'after'
        ? { faults: ['no summary'] }
        : {};
  const strict = kindOf('stress', { atPeak: { errorRate: 0.1 } });
  expect((await staged(strict, at)).finding).toMatchObject({ outcome: 'fail', cause: 'error-rate' });
  expect((await staged(kindOf('stress'), at)).finding).toMatchObject({ outcome: 'unknown' });
});

test('a level that was answered with errors alone fails, however few they were', async () => {
  for (const kind of ['ramp', 'spike', 'stress', 'soak'] as const) {
    const dead = () => ({ requests: 30, errors: { ...none, status: 30 } });
    expect((await staged(kindOf(kind), dead)).finding, kind).toMatchObject({ outcome: 'fail' });
  }
});

describe('a test that ends in between', () => {
  test.each(['ramp', 'spike', 'stress', 'soak'] as const)('leaves a %s unknown', async (kind) => {
    const { finding, ran } = await staged(kindOf(kind), () => ({}), { abortAfter: 2 });
    expect(ran).toHaveLength(2);
    expect(finding, finding.summary).toMatchObject({ outcome: 'unknown' });
  });

  test('starts no level after it, also when it ends during the pause before the last', async () => {
    const profile = kindOf('spike', { recoveryS: 0.05 });
    const { finding, ran } = await staged(profile, () => ({}), { abortAfter: 2 });
    expect(ran).toHaveLength(2);
    expect(finding.outcome).toBe('unknown');
  });

  test('does not hide what was broken before', async () => {
    const at = ({ role }: Stage) => (role === 'peak' ? { errors: { ...none, status: 500 } } : {});
    const { finding } = await staged(kindOf('spike'), at, { abortAfter: 2 });
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'error-rate' });
  });
});

test('levels that were all run pass', async () => {
  for (const kind of ['ramp', 'spike', 'stress', 'soak'] as const) {
    const { finding } = await staged(kindOf(kind), () => ({ histogram: null }));
    // A soak compares histograms, which these invented results do not have.
    if (kind !== 'soak') expect(finding, finding.summary).toMatchObject({ outcome: 'pass' });
  }
});
