import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { z } from 'zod';
import { LoadComparison } from '../../../contract/load/load-comparison.ts';
import type { LoadProfile } from '../../../contract/load/load-profile.ts';
import type { LoadResult } from '../../../contract/load/load-result.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { blockOf, runComparison } from '../../../load/compare/run-comparison.ts';
import { loadEngines } from '../../../load/engines/index.ts';
import { startTarget, type FakeTarget } from './target.ts';

let scratch: string;
const targets: FakeTarget[] = [];
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'greenlight-comparison-'));
});
afterEach(async () => {
  for (const target of targets.splice(0)) await target.close();
  await rm(scratch, { recursive: true, force: true });
});

/** A server that answers after so many milliseconds. */
async function after(ms: number, status = 200): Promise<string> {
  const target = await startTarget((_, response: ServerResponse) => {
    setTimeout(() => response.writeHead(status).end('{}'), ms);
  });
  targets.push(target);
  return target.url;
}

async function compare(old: string, fresh: string, given: Partial<z.input<typeof LoadComparison>> = {}) {
  const plan = parsePlan({
    target: { name: 'fixture', urls: { app: fresh }, old: { urls: { app: old } } },
    load: {
      comparisons: [
        {
          id: 'new-is-as-fast',
          title: 'New is as fast as old',
          engine: 'autocannon',
          requests: [{ path: '/' }],
          connections: 6,
          rounds: 8,
          blockS: 0.2,
          warmupS: 0.2,
          margin: 0.3,
          percentile: 'p50',
          ...given,
        },
      ],
    },
  });
  const [comparison] = plan.load.comparisons;
  if (comparison === undefined) throw new Error('no comparison');
  return runComparison({
    plan,
    comparison,
    engine: loadEngines[comparison.engine],
    run: 'r1',
    scratch,
    secret: () => '',
    progress: () => undefined,
    signal: new AbortController().signal,
  });
}

test('an identical twin is not slower', async () => {
  const finding = await compare(await after(20), await after(20));
  expect(finding.outcome, finding.summary).toBe('pass');
});

test('a twin that takes 1.8 times as long fails', async () => {
  const finding = await compare(await after(20), await after(36));
  expect(finding, finding.summary).toMatchObject({ outcome: 'fail', cause: 'slower-than-old' });
});

test('a new system that answers errors, and fast, fails', async () => {
  const finding = await compare(await after(20), await after(0, 500), { rounds: 6 });
  expect(finding.outcome, finding.summary).toBe('fail');
  expect(finding.summary).toContain('100.0 % of the requests fail on new');
});

test('what waits for a new connection is no part of a block', async () => {
  const first = new WeakSet();
  const target = await startTarget((request, response) => {
    const pause = first.has(request.socket) ? 5 : 150;
    first.add(request.socket);
    setTimeout(() => response.end('{}'), pause);
  });
  targets.push(target);
  const comparison = LoadComparison.parse({
    id: 'c',
    title: 'c',
    engine: 'autocannon',
    requests: [{ path: '/' }],
    blockS: 0.3,
  });
  const order = { flow: undefined, urls: { app: target.url }, run: 'r', planFile: '', scratch };
  const quiet = { secret: () => '', progress: () => undefined, signal: new AbortController().signal };
  const block = async (profile: LoadProfile): Promise<LoadResult> =>
    loadEngines.autocannon.run({ ...order, ...quiet, profile });
  const warmed = await block(blockOf(comparison, 0, 1));
  expect(warmed.latency?.samples).toBeGreaterThan(20);
  expect(warmed.latency?.max).toBeLessThan(140);
  const cold = await block({ ...blockOf(comparison, 0, 1), warmupS: 0 });
  expect(cold.latency?.max).toBeGreaterThan(140);
});

test('a dead port on either side is unknown without a control address', async () => {
  for (const [old, fresh] of [
    [await after(5), 'http://127.0.0.1:1'],
    ['http://127.0.0.1:1', await after(5)],
  ] as const) {
    expect(await compare(old, fresh)).toMatchObject({ outcome: 'unknown', cause: 'unreachable' });
  }
});
