import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Flow } from '../../../contract/flow/flow.ts';
import { LoadProfile } from '../../../contract/load/load-profile.ts';
import { LoadResult } from '../../../contract/load/load-result.ts';
import { autocannonEngine } from '../../../load/engines/autocannon.ts';
import { loadFinding } from '../../../load/load-finding.ts';
import { visitorComesBack } from './plan.ts';
import { startTarget, type FakeTarget } from './target.ts';
import { visitors } from './visitors.ts';

const TOKEN = 'load-token-52aa';
const PARENT = fileURLToPath(new URL('./processes-parent.ts', import.meta.url));

let target: FakeTarget;
let scratch: string;
beforeAll(async () => {
  process.env['LOAD_TEST_TOKEN'] = TOKEN;
  const shop = visitors(TOKEN);
  target = await startTarget((...given) => shop.answer(...given), { keep: true });
  scratch = await mkdtemp(join(tmpdir(), 'greenlight-processes-'));
});
afterAll(async () => {
  delete process.env['LOAD_TEST_TOKEN'];
  await target.close();
  await rm(scratch, { recursive: true, force: true });
});
afterEach(() => expect(children(process.pid)).toEqual([]));

/** Process ids of the load processes that a process has started. */
function children(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const parentOf = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1];
        return Number(parentOf) === parent && commandOf(name).includes('processes/child');
      } catch {
        return false;
      }
    })
    .map(Number);
}

function commandOf(pid: string | number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
}

async function until<T>(ask: () => T | undefined | false): Promise<T> {
  for (;;) {
    const answer = ask();
    if (answer !== undefined && answer !== false) return answer;
    await pause(20);
  }
}

async function run(
  profile: Partial<z.input<typeof LoadProfile>>,
  flow?: Flow,
  signal = new AbortController().signal,
) {
  const parsed = LoadProfile.parse({
    id: 'under-load',
    title: 'Holds under load',
    engine: 'autocannon',
    ...(flow ? { flow: flow.id } : { requests: [{ path: '/' }] }),
    connections: 3,
    processes: 2,
    durationS: 2.2,
    warmupS: 0,
    minimumRequests: 20,
    thresholds: { p95Ms: 5000, errorRate: 0.05 },
    ...profile,
  });
  const lines: string[] = [];
  const result = await autocannonEngine.run({
    profile: parsed,
    flow,
    urls: { app: target.url },
    run: `r${target.count()}`,
    planFile: join(import.meta.dirname, 'plan.ts'),
    scratch,
    secret: (name) => process.env[name] ?? '',
    progress: (line) => void lines.push(line),
    signal,
  });
  LoadResult.parse(result);
  return { result, lines, finding: loadFinding({ profile: parsed, result, control: 'not-asked' }) };
}

test('two processes share three connections, and what they count is what the target saw', async () => {
  const running = run({}, visitorComesBack);
  const pids = await until(() => children(process.pid).length === 2 && children(process.pid));
  for (const pid of pids) expect(commandOf(pid)).not.toContain(TOKEN);
  const { result, lines, finding } = await running;
  expect(finding, finding.summary).toMatchObject({ outcome: 'pass' });
  expect(finding.summary).toContain('in 2 processes');
  expect(result.requests).toBe(target.count());
  expect(result.latency?.samples).toBe(result.requests);
  expect(result.buckets.reduce((sum, { requests }) => sum + requests, 0)).toBe(result.requests);
  expect(result).toMatchObject({ connections: 3, faults: [], generator: { processes: 2 } });
  expect(lines.at(-1)).toMatch(/^\d of 2\.2 s, \d+ requests, 0 failed, p95 at most [\d.]+ ms$/);
  const emails = target.requests
    .filter(({ method }) => method === 'POST')
    .map(({ body }) => (JSON.parse(body) as { email: string }).email);
  expect(new Set(emails).size).toBe(emails.length);
  // Numbers as in one process: no identity and no row of data belongs to both.
  expect(new Set(emails.map((email) => /vu\d+/.exec(email)?.[0]))).toEqual(new Set(['vu1', 'vu2', 'vu3']));
  expect(await readdir(scratch)).toEqual([]);
});

test('one that is killed, and a run that is interrupted, make the whole unknown and end all of them', async () => {
  const interrupted = new AbortController();
  const running = [run({ durationS: 30 }), run({ durationS: 30 }, undefined, interrupted.signal)] as const;
  const pids = await until(() => children(process.pid).length === 4 && children(process.pid));
  const before = target.count();
  await until(() => target.count() > before + 20);
  interrupted.abort();
  const stopped = (await running[1]).finding;
  expect(stopped).toMatchObject({ outcome: 'unknown', cause: 'engine-fault' });
  expect(stopped.summary).toContain('the run was interrupted');
  process.kill(pids.find((pid) => alive(pid)) ?? NaN, 'SIGKILL');
  const { result, finding } = await running[0];
  expect(finding).toMatchObject({ outcome: 'unknown', cause: 'engine-fault' });
  expect(result.faults.join()).toContain('of 2: ended (SIGKILL) without a result');
});

test('another flow of the same name in the plan file is not taken for the one that was asked for', async () => {
  const before = target.count();
  const { finding } = await run(
    {},
    visitorComesBack.request('once-more', { request: () => ({ method: 'GET', path: '/' }) }),
  );
  expect(finding).toMatchObject({ outcome: 'unknown', cause: 'engine-fault' });
  expect(finding.summary).toContain('another flow "visitor-comes-back"');
  expect(target.count()).toBe(before);
});

test('no process outlives a parent that was killed', async () => {
  const before = target.count();
  const parent = spawn(process.execPath, ['--import', 'tsx', PARENT], {
    env: { ...process.env, LOAD_TEST_URL: target.url },
    stdio: 'ignore',
  });
  await until(() => target.count() > before + 20);
  const pids = children(parent.pid ?? NaN);
  expect(pids).toHaveLength(2);
  parent.kill('SIGKILL');
  await until(() => pids.every((pid) => !alive(pid)));
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
