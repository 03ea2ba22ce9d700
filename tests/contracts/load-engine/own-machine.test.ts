import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { loadEngines } from '../../../load/engines/index.ts';
import { K6_ENV } from '../../../load/engines/k6/find.ts';
import { runProfile } from '../../../load/run-profile.ts';
import { startTarget, type FakeTarget } from './target.ts';

// What our own machine lacks must not be blamed on the target. All of it needs what only Linux tells.
const k6 = await loadEngines.k6.availability();
const real = k6.available ? (k6.path ?? '') : '';
const runs = k6.available && process.platform === 'linux';
if (!runs) console.warn('\nSKIPPED: a k6 that is short of something: it needs k6 and Linux\n');

/** Slower than this is a breach. */
const LIMIT_MS = 150;

let scratch: string;
let target: FakeTarget;
let delayMs = 10;
let onFirst: () => void = () => undefined;
const before = process.env[K6_ENV];
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'greenlight-own-machine-'));
  target = await startTarget((_request, response) => {
    onFirst();
    onFirst = () => undefined;
    setTimeout(() => response.end('{}'), delayMs);
  });
});
beforeEach(() => {
  delayMs = 10;
  onFirst = () => undefined;
});
afterAll(async () => {
  if (before === undefined) delete process.env[K6_ENV];
  else process.env[K6_ENV] = before;
  await target.close();
  await rm(scratch, { recursive: true, force: true });
});

async function loadWith(k6Line: string, given: { connections: number; rate?: number }) {
  const wrapper = join(scratch, 'k6-wrapper');
  await writeFile(
    wrapper,
    `#!/bin/sh\nreal='${real}'\n[ "$1" = run ] || exec "$real" "$@"\n${k6Line} "$real" "$@"\n`,
  );
  await chmod(wrapper, 0o755);
  process.env[K6_ENV] = wrapper;
  const plan = parsePlan({
    target: { name: 'fixture', urls: { app: target.url } },
    load: {
      profiles: [
        {
          id: 'holds',
          title: 'Holds',
          engine: 'k6',
          requests: [{ path: '/' }],
          durationS: 2,
          warmupS: 0,
          timeoutMs: 3000,
          minimumRequests: 1,
          thresholds: { p95Ms: LIMIT_MS, errorRate: 0.1 },
          ...given,
        },
      ],
    },
  });
  const [profile] = plan.load.profiles;
  if (profile === undefined) throw new Error('no profile');
  return runProfile({
    plan,
    profile,
    engine: loadEngines.k6,
    planFile: undefined,
    run: 'r1',
    scratch,
    secret: () => '',
    progress: () => undefined,
    signal: new AbortController().signal,
  });
}

describe.runIf(runs)('the machine that makes the load', () => {
  test('has no file descriptors left: a fault of ours, and no error of the target', async () => {
    const finding = await loadWith('ulimit -n 20; exec', { connections: 40 });
    expect(finding, finding.summary).toMatchObject({ outcome: 'unknown', cause: 'engine-fault' });
    expect(finding.summary).toContain('file descriptors');
  });

  test('gives k6 no processor: its slow answers are not the target', async () => {
    const busy: ChildProcess[] = [];
    onFirst = () => {
      for (let one = 0; one < 6; one += 1)
        busy.push(
          spawn(process.execPath, ['-e', 'const end = Date.now() + 2500; while (Date.now() < end);'], {
            stdio: 'ignore',
          }),
        );
    };
    try {
      const finding = await loadWith('exec nice -n 19', { connections: 5, rate: 50 });
      expect(finding.outcome, finding.summary).not.toBe('fail');
      expect(finding.detail).toMatchObject({ kind: 'load' });
      const generator = finding.detail?.kind === 'load' ? finding.detail.result.generator : undefined;
      expect(generator?.waitMs, finding.summary).toBeGreaterThan(5);
    } finally {
      busy.forEach((one) => one.kill('SIGKILL'));
    }
  });

  test('is there, and the target is slow: a fail', async () => {
    delayMs = 1500;
    const finding = await loadWith('exec', { connections: 5, rate: 50 });
    expect(finding, finding.summary).toMatchObject({ outcome: 'fail', cause: 'p95' });
  });
});
