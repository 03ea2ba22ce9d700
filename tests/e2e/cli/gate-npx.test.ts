import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const PROGRAM = path.resolve(import.meta.dirname, '../../../dist/scripts/greenlight.js');

let runs: string;
beforeEach(() => {
  runs = mkdtempSync(path.join(tmpdir(), 'greenlight-npx-'));
});
afterEach(() => rmSync(runs, { recursive: true, force: true }));

/** A gate behind a parent that starts it in the way of npm, or of a shell, and waits for it. */
function startBehind(env: NodeJS.ProcessEnv): ChildProcess {
  const serve = [PROGRAM, 'gate', 'serve', '--runs', runs, '--listen', '127.0.0.1:0'];
  const script = `const child = require('node:child_process').spawn(process.execPath, ${JSON.stringify(serve)}, { stdio: 'inherit' });
    console.log('pid ' + child.pid);`;
  return spawn(process.execPath, ['-e', script], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function gateOf(parent: ChildProcess): Promise<{ readonly pid: number; readonly url: string }> {
  let text = '';
  return new Promise((resolve) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      const [pid, url] = [/pid (\d+)/.exec(text)?.[1], /listens on (\S+)/.exec(text)?.[1]];
      if (pid !== undefined && url !== undefined) resolve({ pid: Number(pid), url });
    };
    parent.stdout?.on('data', read);
    parent.stderr?.on('data', read);
  });
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

test('a gate that npx started ends when npx is killed, and frees its port', async () => {
  const parent = startBehind({ npm_command: 'exec' });
  const gate = await gateOf(parent);
  expect(await answers(gate.url)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => answers(gate.url), { timeout: 60_000, interval: 200 }).toBe(false);
});

test('a gate that anything else started outlives it, as a daemon does', async () => {
  const parent = startBehind({});
  const gate = await gateOf(parent);
  try {
    parent.kill('SIGKILL');
    await new Promise((resolve) => parent.once('close', resolve).once('exit', resolve));
    // Twice as long as the other one would need to notice.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await answers(gate.url)).toBe(true);
  } finally {
    process.kill(gate.pid, 'SIGKILL');
  }
});
