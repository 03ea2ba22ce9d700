import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { onPath, startGroup } from '../../../host/process-group.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-group-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Whether any process of the group is left. */
function groupLives(id: number): boolean {
  try {
    process.kill(-id, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(id: number): Promise<void> {
  while (groupLives(id)) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** A PATH on which only the named programs are. */
function pathWith(...programs: string[]): string {
  for (const name of programs) symlinkSync(onPath(name, process.env) ?? '', path.join(directory, name));
  return directory;
}

describe('a process group', { timeout: 20_000 }, () => {
  test.each([
    ['with setpriv', () => process.env['PATH'] ?? ''],
    ['without setpriv', () => pathWith('sleep', 'cat')],
  ])('dies with a parent that was killed by force, %s', async (_, programPath) => {
    const parent = spawn(
      process.execPath,
      [
        '--import',
        path.join(ROOT, 'node_modules/tsx/dist/loader.mjs'),
        path.join(import.meta.dirname, 'start-group.ts'),
      ],
      { env: { ...process.env, PATH: programPath() }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const id = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString()))),
    );
    expect(groupLives(id)).toBe(true);
    parent.kill('SIGKILL');
    await gone(id);
  });

  test('is asked first and ended by force only when it does not listen', async () => {
    const polite = await startGroup(
      '/bin/sh',
      ['-c', 'trap "exit 7" INT; echo; while :; do sleep 0.05; done'],
      {
        cwd: directory,
        env: process.env,
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    await new Promise((resolve) => polite.child.stdout?.once('data', resolve));
    await polite.stop(60_000);
    expect(await polite.exited).toEqual({ code: 7, signal: null });

    const deaf = await startGroup('/bin/sh', ['-c', 'trap "" INT; echo; while :; do sleep 1; done'], {
      cwd: directory,
      env: process.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await new Promise((resolve) => deaf.child.stdout?.once('data', resolve));
    await deaf.stop(100);
    expect(await deaf.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('leaves nothing of its group behind when its program ends by itself', async () => {
    const group = await startGroup('/bin/sh', ['-c', 'sleep 600 & exit 3'], {
      cwd: directory,
      env: process.env,
      stdio: 'ignore',
    });
    const id = group.child.pid ?? 0;
    expect(await group.exited).toEqual({ code: 3, signal: null });
    await gone(id);
  });
});
