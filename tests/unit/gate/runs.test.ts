import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAudit } from '../../../gate/audit.ts';
import { createFolderStore } from '../../../gate/folder-store.ts';
import { parseRunOrder, runArguments } from '../../../gate/run-order.ts';
import type { RunProcess } from '../../../gate/run-process.ts';
import { createRuns, type Runs } from '../../../gate/runs.ts';
import { fixedTokens, parseTokens } from '../../../gate/tokens.ts';
import { type GateUnderTest, startGate } from './gate-under-test.ts';
import { COMMIT, TARGET, type VerdictOf, writeVerdict } from './verdicts.ts';

const STARTER = 'a-token-that-may-start-runs';
const READER = 'a-token-that-may-only-ask';
const TOKENS = fixedTokens(parseTokens(`deployer+start:${STARTER}\nargo:${READER}`, 'test'));
const ORDER = { target: TARGET, release: '2.0.0', commit: COMMIT, nonce: 'deploy-1' };

/** A stand-in for the process of a run: it ends when the test says so, with the verdict that the test wants. */
interface StandInRun {
  readonly args: readonly string[];
  readonly output: string;
  stopped: boolean;
  end(code: number | null, verdict?: VerdictOf): void;
}

let directory: string;
let started: StandInRun[];
let runs: Runs;
let gate: GateUnderTest;
let startProblem: Error | undefined;

async function startRun(args: readonly string[], output: string): Promise<RunProcess> {
  if (startProblem !== undefined) throw startProblem;
  let ended: (code: number | null) => void = () => undefined;
  const exited = new Promise<number | null>((resolve) => (ended = resolve));
  const run: StandInRun = {
    args,
    output,
    stopped: false,
    end(code, verdict) {
      if (verdict !== undefined) writeVerdict(directory, { run: path.basename(output), ...verdict });
      ended(code);
    },
  };
  started.push(run);
  return Promise.resolve({
    progress: () => ({ stage: 'flows', checksEnded: 3 }),
    exited,
    stop() {
      run.stopped = true;
      run.end(130);
      return Promise.resolve();
    },
  });
}

async function open(): Promise<void> {
  const store = createFolderStore(directory);
  const audited: unknown[] = [];
  const audit = createAudit((line) => audited.push(line));
  runs = createRuns({ store, audit, plans: new Map([[TARGET, '/plans/shop.ts']]), directory, startRun });
  gate = await startGate({ tokens: TOKENS, store, starter: runs });
}

beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-runs-'));
  started = [];
  startProblem = undefined;
  await open();
});
afterEach(async () => {
  await runs.close();
  await gate.close();
  rmSync(directory, { recursive: true, force: true });
});

interface Asked {
  readonly key?: string;
  readonly token?: string;
  readonly type?: string;
}

async function post(body: unknown, { key = 'k1', token = STARTER, type = 'application/json' }: Asked = {}) {
  const response = await fetch(`${gate.url}/v1/runs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': type, 'idempotency-key': key },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function get(at: string, token = READER) {
  const response = await fetch(`${gate.url}${at}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Until the gate has seen that the run ended. */
async function untilEnded(statusUrl: string): Promise<Record<string, unknown>> {
  for (;;) {
    const { body } = await get(statusUrl);
    if (body['status'] !== 'running') return body;
  }
}

describe('POST /v1/runs', () => {
  test('starts a run, tells how far it is, and then its verdict answers the other routes', async () => {
    const { status, body } = await post(ORDER);
    expect([status, body]).toEqual([202, expect.objectContaining({ status: 'running', verdict: 'PENDING' })]);
    const at = String(body['statusUrl']);
    expect((await get(at)).body).toMatchObject({
      verdict: 'PENDING',
      subject: { target: TARGET, nonce: 'deploy-1', commit: COMMIT },
      progress: { stage: 'flows', checksEnded: 3 },
    });
    started[0]?.end(0, { decision: 'GO' });
    expect(await untilEnded(at)).toMatchObject({ status: 'ended', verdict: 'GO' });
    const question = new URLSearchParams({ target: TARGET, nonce: 'deploy-1' }).toString();
    expect((await get(`/v1/verdict?${question}`)).status).toBe(200);
    expect((await get(`/v1/argo?${question}`)).body).toMatchObject({ verdict: 'GO' });
  });

  test('the same key again is the same run, also after a restart; with another order it is refused', async () => {
    const { body } = await post(ORDER);
    expect(await post(ORDER)).toMatchObject({ status: 200, body: { id: body['id'], verdict: 'PENDING' } });
    expect((await post({ ...ORDER, nonce: 'deploy-2' })).status).toBe(422);
    started[0]?.end(10, { decision: 'NO_GO' });
    await untilEnded(String(body['statusUrl']));
    await gate.close();
    await open();
    expect(await post(ORDER)).toMatchObject({ status: 200, body: { id: body['id'], verdict: 'NO_GO' } });
    expect(started).toHaveLength(1);
  });

  test('one at a time on a target', async () => {
    const { body } = await post(ORDER);
    const busy = await post(ORDER, { key: 'k2' });
    expect(busy).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining(String(body['id'])) as string },
    });
    started[0]?.end(0, { decision: 'GO' });
    await untilEnded(String(body['statusUrl']));
    expect((await post(ORDER, { key: 'k2' })).status).toBe(202);
  });

  test.each([
    ['a token that may only ask', ORDER, { token: READER }, 403],
    ['no known token', ORDER, { token: 'x'.repeat(30) }, 401],
    ['a form of a web page', ORDER, { type: 'text/plain' }, 415],
    ['a key that is empty', ORDER, { key: '' }, 400],
    ['a target without a plan', { ...ORDER, target: 'staging' }, {}, 404],
    ['a plan in the request', { ...ORDER, config: '/tmp/mine.ts' }, {}, 400],
    ['an argument in the request', { ...ORDER, '--grep': 'x' }, {}, 400],
    ['an unknown phase', { ...ORDER, phase: '../x' }, {}, 400],
    ['a commit without a release', { target: TARGET, commit: COMMIT }, {}, 400],
    ['a commit that is none', { ...ORDER, commit: '--help' }, {}, 400],
    ['a nonce with a line break', { ...ORDER, nonce: 'a\nb' }, {}, 400],
    ['a nonce with a NUL', { ...ORDER, nonce: 'a\u0000b' }, {}, 400],
    ['no JSON', '{', {}, 400],
    ['an array', [], {}, 400],
  ] satisfies readonly (readonly [string, unknown, Asked, number])[])(
    '%s',
    async (_title, body, asked, status) => {
      expect((await post(body, asked)).status).toBe(status);
      expect(started).toEqual([]);
    },
  );

  test('a run that could not be started, or left no verdict, is INCONCLUSIVE and does not block the target', async () => {
    startProblem = new Error('spawn failed in /secret/path');
    const failed = await post(ORDER);
    expect(failed.status).toBe(500);
    expect(JSON.stringify(failed.body)).not.toContain('secret');
    startProblem = undefined;
    const { status, body } = await post({ target: TARGET }, { key: 'k2' });
    expect(status).toBe(202);
    started[0]?.end(1);
    expect(await untilEnded(String(body['statusUrl']))).toMatchObject({
      verdict: 'INCONCLUSIVE',
      headline: 'The run ended with code 1, and there is no verdict.',
    });
  });

  test('a run that was killed is not waited for: its pending verdict becomes INCONCLUSIVE', async () => {
    const { body } = await post(ORDER);
    started[0]?.end(null, { decision: 'pending' });
    expect(await untilEnded(String(body['statusUrl']))).toMatchObject({ verdict: 'INCONCLUSIVE' });
    const question = new URLSearchParams({ target: TARGET, nonce: 'deploy-1' }).toString();
    expect((await get(`/v1/verdict?${question}`)).status).toBe(424);
  });

  test('stopping the gate stops its runs, and no other one starts', async () => {
    const { body } = await post(ORDER);
    await runs.close();
    expect(started[0]?.stopped).toBe(true);
    expect(await runs.find(String(body['id']))).toMatchObject({ alive: false, exitCode: 130 });
    expect((await post(ORDER, { key: 'k2' })).status).toBe(503);
  });

  test('other ids and methods lead nowhere', async () => {
    for (const at of ['/v1/runs/', '/v1/runs/..', '/v1/runs/run-1', '/v1/runs/%2e%2e%2f', '/v1/runs/a/b']) {
      expect((await get(at)).status).toBe(404);
    }
    const wrong = { method: 'DELETE', headers: { authorization: `Bearer ${STARTER}` } };
    expect((await fetch(`${gate.url}/v1/runs`, wrong)).status).toBe(405);
    expect((await fetch(`${gate.url}/v1/runs/run-1`, wrong)).status).toBe(405);
  });
});

test('no value of an order becomes an option of its own', () => {
  const ordered = parseRunOrder(
    JSON.stringify({ target: 'shop', release: '--sign-key=x', nonce: '-o' }),
    'run-1',
  );
  if ('problem' in ordered) throw new Error(ordered.problem);
  expect(runArguments(ordered.order, '/plan.ts', '/runs/run-1')).toEqual([
    'run',
    '--config=/plan.ts',
    '--output=/runs/run-1',
    '--phase=post-cutover',
    '--nonce=-o',
    '--release=--sign-key=x',
  ]);
});

test('a gate without plans, or without tokens, starts nothing', async () => {
  const without = await startGate({ tokens: TOKENS });
  const asked = { method: 'POST', headers: { authorization: `Bearer ${STARTER}` } };
  expect((await fetch(`${without.url}/v1/runs`, asked)).status).toBe(404);
  await without.close();
  const open = await startGate({ starter: runs });
  expect((await fetch(`${open.url}/v1/runs`, asked)).status).toBe(401);
  await open.close();
});
