import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { LoadProfile } from '../../../contract/load/load-profile.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { loadEngines } from '../../../load/engines/index.ts';
import { runProfile } from '../../../load/run-profile.ts';
import { startTarget, type FakeTarget } from './target.ts';

const k6 = await loadEngines.k6.availability();
if (!k6.available) console.warn(`\nSKIPPED: everything about k6: ${k6.reason}. ${k6.remedy}\n`);

let scratch: string;
let target: FakeTarget | undefined;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'greenlight-kinds-'));
});
afterEach(async () => {
  await target?.close();
  target = undefined;
  await rm(scratch, { recursive: true, force: true });
});

async function run(given: Partial<z.input<typeof LoadProfile>>) {
  const plan = parsePlan({
    target: { name: 'fixture', urls: { app: target?.url } },
    load: {
      profiles: [
        {
          id: 'holds',
          title: 'Holds',
          engine: 'autocannon',
          requests: [{ path: '/' }],
          connections: 2,
          durationS: 1,
          warmupS: 0,
          recoveryS: 0,
          minimumRequests: 20,
          thresholds: { p95Ms: 250, errorRate: 0.05 },
          ...given,
        },
      ],
    },
  });
  const [profile] = plan.load.profiles;
  if (profile === undefined) throw new Error('no profile');
  const finding = await runProfile({
    plan,
    profile,
    engine: loadEngines[profile.engine],
    planFile: undefined,
    run: 'r1',
    scratch,
    secret: () => '',
    progress: () => undefined,
    signal: new AbortController().signal,
  });
  const detail = finding.detail?.kind === 'load' ? finding.detail : undefined;
  return { finding, stages: detail?.stages ?? [], detail };
}

/** Answers so many requests at a time, each after 20 ms; the others wait. */
function workers(count: number): (response: ServerResponse) => void {
  const waiting: ServerResponse[] = [];
  let busy = 0;
  const work = (): void => {
    const response = busy < count ? waiting.shift() : undefined;
    if (response === undefined) return;
    busy += 1;
    setTimeout(() => {
      busy -= 1;
      response.end('{}');
      work();
    }, 20);
  };
  return (response) => {
    waiting.push(response);
    work();
  };
}

describe('ramp', () => {
  test.runIf(k6.available)('finds the knee of a target that can do about 100 a second', async () => {
    const queue = workers(2);
    target = await startTarget((_request, response) => queue(response));
    const ramp = { kind: 'ramp', engine: 'k6', rate: 30, peak: 320, steps: 4, durationS: 2 } as const;
    const thresholds = { p95Ms: 150, errorRate: 0.05 };
    const { finding, stages } = await run({ ...ramp, connections: 20, thresholds });
    expect(finding, finding.summary).toMatchObject({ outcome: 'pass', unit: '1/s' });
    expect(finding.measured).toBeGreaterThanOrEqual(60);
    expect(finding.measured).toBeLessThanOrEqual(115);
    expect(stages.some(({ outcome }) => outcome === 'fail')).toBe(true);
    expect(stages.length).toBeLessThanOrEqual(7);
    expect(stages.at(-1)).toMatchObject({ name: 'after the peak', level: 30, outcome: 'pass' });
  });

  test('in the closed model it counts connections, and one that never breaks lies above', async () => {
    target = await startTarget((_request, response) => void setTimeout(() => response.end('{}'), 20));
    const { finding, stages } = await run({ kind: 'ramp', peak: 8, steps: 3 });
    expect(finding, finding.summary).toMatchObject({ outcome: 'pass', measured: 8, unit: 'connections' });
    expect(finding.summary).toContain('the knee lies above');
    expect(stages.map(({ level }) => level)).toEqual([2, 4, 8]);
    const more = await run({
      kind: 'ramp',
      peak: 8,
      steps: 3,
      thresholds: { p95Ms: 250, errorRate: 0.05, minimumRate: 5000 },
    });
    expect(more.finding).toMatchObject({ outcome: 'unknown', cause: 'knee-above' });
  });

  test('a level that breaks at once fails, and nothing higher is tried', async () => {
    target = await startTarget((_request, response) => {
      response.statusCode = 500;
      setTimeout(() => response.end(), 10);
    });
    const { finding, stages } = await run({ kind: 'ramp', peak: 8 });
    expect(finding, finding.summary).toMatchObject({ outcome: 'fail', cause: 'error-rate' });
    expect(stages).toHaveLength(1);
  });
});

describe('spike', () => {
  const spike = { kind: 'spike', peak: 20 } as const;
  test('one that is answered passes', async () => {
    target = await startTarget((_request, response) => void setTimeout(() => response.end('{}'), 10));
    const { finding, stages } = await run(spike);
    expect(finding.outcome, finding.summary).toBe('pass');
    expect(stages.map(({ name }) => name)).toEqual(['usual level', 'peak', 'after the peak']);
  });

  test('one that brings errors fails', async () => {
    let busy = 0;
    target = await startTarget((_request, response) => {
      busy += 1;
      if (busy > 10) response.statusCode = 503;
      setTimeout(() => {
        busy -= 1;
        response.end('{}');
      }, 10);
    });
    const { finding } = await run(spike);
    expect(finding, finding.summary).toMatchObject({ outcome: 'fail', cause: 'error-rate' });
    expect(finding.summary).toContain('Peak (20 connections)');
  });

  test('one after which it stays slow fails', async () => {
    let most = 0;
    let busy = 0;
    target = await startTarget((_request, response) => {
      most = Math.max(most, (busy += 1));
      setTimeout(
        () => {
          busy -= 1;
          response.end('{}');
        },
        most > 10 ? 60 : 10,
      );
    });
    const { finding } = await run({
      ...spike,
      minimumRequests: 10,
      thresholds: { p50Ms: 50, errorRate: 0.05 },
    });
    expect(finding, finding.summary).toMatchObject({ outcome: 'fail', cause: 'p50' });
    expect(finding.summary).toContain('After the peak');
  });
});

describe('stress', () => {
  test('may break, but must recover', async () => {
    let broken = false;
    let recovers = true;
    let busy = 0;
    target = await startTarget((_request, response) => {
      busy += 1;
      if (busy > 6) broken = true;
      if (busy <= 2 && recovers) broken = false;
      if (broken) response.statusCode = 503;
      setTimeout(() => {
        busy -= 1;
        response.end('{}');
      }, 15);
    });
    const stress = { kind: 'stress', peak: 16, steps: 3 } as const;
    const { finding, stages } = await run(stress);
    expect(finding.outcome, finding.summary).toBe('pass');
    expect(finding.summary).toMatch(/it broke at 16 connections, and 2 connections holds again/);
    expect(stages.map(({ outcome }) => outcome)).toEqual(['pass', 'pass', 'fail', 'pass']);

    const strict = await run({ ...stress, atPeak: { errorRate: 0.01 } });
    expect(strict.finding).toMatchObject({ outcome: 'fail', cause: 'error-rate' });

    recovers = false;
    const never = await run(stress);
    expect(never.finding.outcome).toBe('fail');
    expect(never.finding.summary).toContain('After the peak');
  });
});

describe('soak', () => {
  const soak = { kind: 'soak', connections: 4, durationS: 3, minimumRequests: 5 } as const;
  test('that stays as it was passes, over all slices', async () => {
    target = await startTarget((_request, response) => void setTimeout(() => response.end('{}'), 10));
    const { finding, stages, detail } = await run(soak);
    expect(finding.outcome, finding.summary).toBe('pass');
    expect(stages).toHaveLength(6);
    expect(detail?.result.requests).toBe(stages.reduce((sum, stage) => sum + stage.requests, 0));
  });

  test('that becomes slower fails, although every slice holds', async () => {
    target = await startTarget(
      (_request, response, index) => void setTimeout(() => response.end('{}'), 5 + index / 4),
    );
    const { finding } = await run({ ...soak, thresholds: { p50Ms: 2000, errorRate: 0.4 } });
    expect(finding, finding.summary).toMatchObject({ outcome: 'fail', cause: 'drift' });
  });
});
