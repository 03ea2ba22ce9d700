import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { LoadComparison } from '../../../contract/load/load-comparison.ts';
import type { LoadProfile } from '../../../contract/load/load-profile.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { runComparison } from '../../../load/compare/run-comparison.ts';
import { loadEngines } from '../../../load/engines/index.ts';
import { K6_ENV } from '../../../load/engines/k6/find.ts';
import { runProfile } from '../../../load/run-profile.ts';
import { startTarget, type FakeTarget } from './target.ts';

// What passes elsewhere although nothing, or something else, was measured. docs/load.md lists these tests.
const k6 = await loadEngines.k6.availability();
if (!k6.available) console.warn(`\nSKIPPED: hazards of k6: ${k6.reason}. ${k6.remedy}\n`);

let scratch: string;
const targets: FakeTarget[] = [];
const before = process.env[K6_ENV];
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'greenlight-hazards-'));
});
afterEach(async () => {
  if (before === undefined) delete process.env[K6_ENV];
  else process.env[K6_ENV] = before;
  for (const target of targets.splice(0)) await target.close();
  await rm(scratch, { recursive: true, force: true });
});

const running = () => ({
  run: 'r1',
  scratch,
  secret: () => '',
  progress: () => undefined,
  signal: new AbortController().signal,
});

async function serve(answer: Parameters<typeof startTarget>[0]): Promise<string> {
  const target = await startTarget(answer);
  targets.push(target);
  return target.url;
}

async function load(url: string, given: Partial<z.input<typeof LoadProfile>>) {
  const defaults = { connections: 4, durationS: 1, warmupS: 0, timeoutMs: 3000, minimumRequests: 10 };
  const plan = parsePlan({
    target: { name: 'fixture', urls: { app: url } },
    load: {
      profiles: [
        {
          id: 'holds',
          title: 'Holds',
          engine: 'autocannon',
          requests: [{ path: '/' }],
          thresholds: { p95Ms: 250, errorRate: 0.05 },
          ...defaults,
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
    engine: loadEngines[profile.engine],
    planFile: undefined,
    ...running(),
  });
}

const quick: Parameters<typeof startTarget>[0] = (_request, response) =>
  void setTimeout(() => response.end('{}'), 10);

describe('a target that stands still for a while', () => {
  /** Answers after 10 ms, but nothing for 2 s, half a second after the first request. */
  const stalling = (): Parameters<typeof startTarget>[0] => {
    let first: number | undefined;
    return (_request, response) => {
      const now = Date.now();
      first ??= now;
      const [from, to] = [first + 500, first + 2500];
      setTimeout(() => response.end('{}'), now + 10 > from && now < to ? to - now : 10);
    };
  };

  test('a closed model sends nothing meanwhile, and its good p95 is no pass; arrivals at a rate wait', async () => {
    const [url, other] = [await serve(stalling()), await serve(stalling())];
    const [closed, open] = await Promise.all([
      load(url, { durationS: 3 }),
      k6.available ? load(other, { engine: 'k6', durationS: 3, rate: 40 }) : undefined,
    ]);
    expect(closed, closed.summary).toMatchObject({ outcome: 'unknown', cause: 'stall-hidden' });
    if (open !== undefined) expect(open, open.summary).toMatchObject({ outcome: 'fail', cause: 'p95' });
  });
});

test('a generator that does not get its processor says nothing about the target', async () => {
  const url = await serve(quick);
  const busy = setInterval(() => {
    const end = performance.now() + 150;
    while (performance.now() < end);
  }, 160);
  try {
    const finding = await load(url, { minimumRequests: 1 });
    expect(finding, finding.summary).toMatchObject({ outcome: 'unknown', cause: 'generator-saturated' });
  } finally {
    clearInterval(busy);
  }
});

describe.runIf(k6.available)('k6 that ends with 0', () => {
  /** The real k6, and what happens to what it leaves behind. */
  async function k6With(script: string): Promise<void> {
    const wrapper = join(scratch, 'k6-wrapper');
    const real = k6.available ? k6.path : undefined;
    await writeFile(wrapper, `#!/bin/sh\nreal='${real ?? ''}'\n${script}\n`);
    await chmod(wrapper, 0o755);
    process.env[K6_ENV] = wrapper;
  }

  test.each([
    ['leaves no summary', `"$real" "$@" && rm -f k6-summary-*.json`, 'k6 left no summary'],
    [
      'leaves the summary of another run',
      `"$real" "$@" && for f in k6-summary-*.json; do sed -i 's/"nonce":"[0-9a-f]*"/"nonce":"00"/' "$f"; done`,
      "not this run's",
    ],
    ['loses samples on the way', `"$real" "$@" | awk '!/^http_reqs/ || ++n % 9'`, 'samples'],
  ])('but %s is no pass', async (_name, script, said) => {
    await k6With(`if [ "$1" != run ]; then exec "$real" "$@"; fi\n${script}`);
    const finding = await load(await serve(quick), { engine: 'k6' });
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'engine-fault' });
    expect(finding.summary).toContain(said);
  });

  test('a healthy target passes with the same wrapper', async () => {
    await k6With('exec "$real" "$@"');
    const finding = await load(await serve(quick), { engine: 'k6' });
    expect(finding, finding.summary).toMatchObject({ outcome: 'pass' });
  });
});

describe('old against new', () => {
  async function compare(old: string, fresh: string, given: Partial<z.input<typeof LoadComparison>>) {
    const plan = parsePlan({
      target: { name: 'fixture', urls: { app: fresh }, old: { urls: { app: old } } },
      load: {
        comparisons: [
          {
            id: 'new-is-as-fast',
            title: 'New is as fast as old',
            engine: 'autocannon',
            requests: [{ path: '/' }],
            connections: 8,
            rounds: 8,
            blockS: 0.2,
            warmupS: 0,
            margin: 0.02,
            floorMs: 0,
            percentile: 'p50',
            ...given,
          },
        ],
      },
    });
    const [comparison] = plan.load.comparisons;
    if (comparison === undefined) throw new Error('no comparison');
    return runComparison({ plan, comparison, engine: loadEngines.autocannon, ...running() });
  }
  const after =
    (ms: number, status = 200): Parameters<typeof startTarget>[0] =>
    (_request, response) =>
      void setTimeout(() => response.writeHead(status).end('{}'), ms);

  test('a twin that takes 10 % longer passes no margin of 2 %, and two that fail everything are not equal', async () => {
    const [old, slower] = [await serve(after(30)), await serve(after(33))];
    const [broken, too] = [await serve(after(5, 500)), await serve(after(5, 500))];
    const [twin, failing] = await Promise.all([
      compare(old, slower, {}),
      compare(broken, too, { margin: 1 }),
    ]);
    expect(['fail', 'unknown'], twin.summary).toContain(twin.outcome);
    const [told] = twin.detail?.kind === 'comparison' ? twin.detail.comparison.requests : [];
    // Both were measured: an engine that measures nothing is no right answer.
    expect(told?.old, twin.summary).toBeGreaterThan(29);
    expect(told?.new, twin.summary).toBeGreaterThan(32);
    expect(failing, failing.summary).toMatchObject({ outcome: 'unknown', cause: 'old-fails' });
  });
});
