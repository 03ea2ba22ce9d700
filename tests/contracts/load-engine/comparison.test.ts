import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { z } from 'zod';
import type { LoadComparison } from '../../../contract/load-comparison.ts';
import { parsePlan } from '../../../contract/plan.ts';
import { runComparison } from '../../../load/compare/run-comparison.ts';
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
          connections: 3,
          rounds: 8,
          blockS: 0.25,
          warmupS: 0.2,
          margin: 1,
          percentile: 'p50',
          minimumSamples: 5,
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

test('a twin that takes five times as long fails', async () => {
  const finding = await compare(await after(10), await after(50));
  expect(finding, finding.summary).toMatchObject({ outcome: 'fail', cause: 'slower-than-old' });
});

test('a new system that answers errors, and fast, fails', async () => {
  const finding = await compare(await after(20), await after(0, 500));
  expect(finding.outcome, finding.summary).toBe('fail');
  expect(finding.summary).toContain('100.0 % of the requests fail on new');
});

test('a dead port on either side is unknown without a control address', async () => {
  for (const [old, fresh] of [
    [await after(5), 'http://127.0.0.1:1'],
    ['http://127.0.0.1:1', await after(5)],
  ] as const) {
    expect(await compare(old, fresh)).toMatchObject({ outcome: 'unknown', cause: 'unreachable' });
  }
});
