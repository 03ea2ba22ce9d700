import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAlive } from '../../../host/process-identity.ts';
import {
  type CliProject,
  cliProject,
  greenlight,
  probe,
  type RunningCommand,
  startGreenlight,
  startTarget,
  type Target,
} from '../project.ts';

const TOKEN = 'a-token-that-may-start-runs';
const COMMIT = '1f2e3d4c5b6a79881726354453627180deadbeef';
const GATE_SECRETS = { GREENLIGHT_GATE_TOKENS: `deployer+start:${TOKEN}` };

let target: Target;
let project: CliProject;
let gate: RunningCommand;
let url: string;
beforeEach(async () => {
  target = await startTarget();
  target.answer = answersAfter(0);
  project = cliProject(
    target.url,
    `probes: [${probe('pages-answer')}],
     ...{ target: { name: 'target', urls: { app: '${target.url}' },
       release: { path: '/release', id: 'id', commit: 'commit' } } }`,
  );
  project.write('runs/README', 'reports');
  const made = await greenlight(project.directory, ['keygen', '--out', 'gate']);
  expect(made.code, made.err).toBe(0);
});
afterEach(async () => {
  gate.child.kill('SIGTERM');
  await gate.ended;
  project.remove();
  await target.close();
});

function answersAfter(delayMs: number): Target['answer'] {
  const release = JSON.stringify({ id: '2.0.0', commit: COMMIT });
  return (at) => ({ status: 200, body: at === '/release' ? release : 'hello', delayMs });
}

async function serve(): Promise<void> {
  gate = startGreenlight(
    project.directory,
    'gate serve --runs runs --listen 127.0.0.1:0 --config greenlight.config.mjs --key gate.pub.pem'.split(
      ' ',
    ),
    { ...GATE_SECRETS, GREENLIGHT_SIGNING_KEY: path.join(project.directory, 'gate.key.pem') },
  );
  let shown = '';
  gate.child.stderr?.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  await gate.shows('The gate listens on http://127.0.0.1:');
  url = /listens on (\S+)/.exec(shown)?.[1] ?? '';
}

const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };

async function startRun(key: string, nonce: string): Promise<Record<string, unknown>> {
  const order = { target: 'target', release: '2.0.0', commit: COMMIT, nonce };
  const response = await fetch(`${url}/v1/runs`, {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': key },
    body: JSON.stringify(order),
  });
  expect(response.status).toBe(202);
  return (await response.json()) as Record<string, unknown>;
}

async function stateOf(run: Record<string, unknown>): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}${String(run['statusUrl'])}`, { headers });
  return (await response.json()) as Record<string, unknown>;
}

async function until(run: Record<string, unknown>, holds: (state: Record<string, unknown>) => boolean) {
  for (;;) {
    const state = await stateOf(run);
    if (holds(state)) return state;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

test('the gate starts a real run, and its signed verdict answers the other routes, after a restart too', async () => {
  await serve();
  const run = await startRun('deploy-7', 'deploy-7');
  const end = await until(run, ({ status }) => status !== 'running');
  expect(end).toMatchObject({
    status: 'ended',
    verdict: 'GO',
    subject: { nonce: 'deploy-7', commit: COMMIT },
  });
  const question = new URLSearchParams({ target: 'target', commit: COMMIT, nonce: 'deploy-7' }).toString();
  const ask = async (): Promise<number> => (await fetch(`${url}/v1/verdict?${question}`, { headers })).status;
  expect(await ask()).toBe(200);
  gate.child.kill('SIGTERM');
  expect((await gate.ended).code).toBe(130);
  await serve();
  expect(await stateOf(run)).toMatchObject({ id: run['id'], verdict: 'GO' });
  expect(await ask()).toBe(200);
});

test('stopping the gate stops the run, which cleans up; nothing is left and nothing is GO', async () => {
  target.answer = answersAfter(3000);
  await serve();
  const run = await startRun('deploy-8', 'deploy-8');
  await until(
    run,
    ({ progress }) => JSON.stringify(progress).includes('"checksEnded"') && target.requests.length > 0,
  );
  const held = readFileSync(path.join(project.directory, 'runs', String(run['id']), 'gate-run.log'), 'utf8');
  expect(held).toContain('▸');
  expect(held).not.toContain(TOKEN);
  gate.child.kill('SIGTERM');
  expect((await gate.ended).code).toBe(130);
  expect(isAlive(gate.child.pid ?? 0)).toBe(false);
  const report = path.join(project.directory, 'runs', String(run['id']), 'verdict.json');
  const verdict = JSON.parse(readFileSync(report, 'utf8')) as {
    decision: string;
    faults: { kind: string }[];
  };
  expect(verdict.decision).toBe('INCONCLUSIVE');
  expect(verdict.faults.map(({ kind }) => kind)).toContain('interrupted');
  await serve();
  expect(await stateOf(run)).toMatchObject({ status: 'ended', verdict: 'INCONCLUSIVE' });
  // The lease was given back: the next run may start.
  target.answer = answersAfter(0);
  expect(
    await until(await startRun('deploy-9', 'deploy-9'), ({ status }) => status !== 'running'),
  ).toMatchObject({
    verdict: 'GO',
  });
});
