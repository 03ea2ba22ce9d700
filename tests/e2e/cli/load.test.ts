import { afterEach, beforeEach, expect, test } from 'vitest';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { k6Engine } from '../../../load/engines/k6.ts';
import {
  type CliProject,
  cliProject,
  type CommandEnd,
  greenlight,
  startTarget,
  type Target,
} from '../project.ts';

const LONG = 300_000;
/** Until both segments are there to begin; on a busy machine each starts Playwright in seconds. */
const UNTIL_BEGIN_MS = 7000;

const k6 = await k6Engine.availability();
if (!k6.available) console.warn(`\nSKIPPED: shares of a load: ${k6.reason}. ${k6.remedy}\n`);

let target: Target;
let project: CliProject | undefined;
beforeEach(async () => {
  target = await startTarget();
});
afterEach(async () => {
  project?.remove();
  await target.close();
});

/** A plan with this one profile. */
function plan(profile: string): void {
  project = cliProject(
    target.url,
    `load: { profiles: [{ id: 'holds', title: 'It holds', minimumRequests: 50, warmupS: 0, ${profile} }] },`,
  );
}

function run(...args: readonly string[]): Promise<CommandEnd> {
  return greenlight(directory(), args);
}

function directory(): string {
  if (project === undefined) throw new Error('there is no project');
  return project.directory;
}

function loadRequests(): number {
  return target.requests.filter((request) => request.endsWith('/load')).length;
}

test.runIf(k6.available)(
  'two k6 make a load together, and the merge passes it; without one of them nothing is known',
  async () => {
    plan(`engine: 'k6', requests: [{ path: '/load' }], rate: 40, connections: 4, durationS: 6,
      thresholds: { p95Ms: 2000, errorRate: 0.05 }`);
    const nonce = ['--nonce', 'deploy-7'];
    const shard = await run('run', ...nonce, '--shard', '1/1');
    expect(shard.code, shard.err).toBe(0);
    const startAt = new Date(Date.now() + UNTIL_BEGIN_MS).toISOString();
    const after = ['--after', 'greenlight-report/shard-1-of-1.json', '--start-at', startAt];
    const segments = await Promise.all(
      [1, 2].map((index) => run('run', ...nonce, '--shard', 'load', '--segment', `${index}/2`, ...after)),
    );
    for (const end of segments) expect(end.code, end.err).toBe(0);
    const files = [
      'greenlight-report/shard-1-of-1.json',
      ...[1, 2].map((index) => `greenlight-report/shard-load-of-1-segment-${index}-of-2.json`),
    ];
    const merged = await run('merge', ...nonce, '--json', ...files);
    expect(merged.code, merged.err + merged.out).toBe(0);
    const verdict = Verdict.parse(JSON.parse(merged.out));
    expect(verdict.decision).toBe('GO');
    const load = verdict.checks.find(({ id }) => id === 'holds');
    expect(load).toMatchObject({ state: 'passed', findings: [{ outcome: 'pass' }] });
    const detail = load?.findings[0]?.detail;
    if (detail?.kind !== 'load') throw new Error('no load');
    // The whole of it, and each request once.
    expect(detail.result).toMatchObject({ targetRate: 40, requests: loadRequests() });
    expect(detail.result.requests).toBeGreaterThan(220);

    const without = await run('merge', ...nonce, '--json', ...files.slice(0, 2));
    expect(without.code).toBe(20);
    expect(Verdict.parse(JSON.parse(without.out)).decision).toBe('INCONCLUSIVE');
    expect(without.out).toContain('segment 2 of 2');
  },
  LONG,
);

test(
  'a run without its baseline can become it; later ones are held against it',
  async () => {
    plan(`engine: 'autocannon', requests: [{ path: '/load' }], connections: 2, durationS: 3,
      thresholds: { p95Ms: 20_000, errorRate: 0.05 }, baseline: { file: 'perf/baseline.json', margin: 5, floorMs: 5000 }`);
    const first = await run('run');
    expect(first.code, first.err + first.out).toBe(20);
    expect(first.out).toContain('there is no baseline perf/baseline.json');
    const saved = await run('baseline', 'save', '--file', 'perf/baseline.json');
    expect(saved.code, saved.err).toBe(0);

    target.answer = () => ({ status: 200, body: 'hello', delayMs: 2 });
    const second = await run('run');
    expect(second.code, second.err + second.out).toBe(0);
    expect(second.out).toMatch(/✔ p95 against the baseline: [\d.]+ ms, limit at most 500 % above [\d.]+ ms/);
  },
  LONG,
);
