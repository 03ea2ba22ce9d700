import { fork } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { descendants, survivors } from './process-tree.ts';
import { scratch } from './scratch.ts';

const directory = scratch();

async function killedParent(name: string, signal: NodeJS.Signals, extra: string[] = []) {
  const parent = fork(path.join(import.meta.dirname, 'parent.ts'), [path.join(directory, name), ...extra], {
    execArgv: ['--import', 'tsx'],
  });
  const gone = new Promise((resolve) => parent.once('exit', resolve));
  await new Promise<void>((resolve, reject) => {
    parent.once('message', () => resolve());
    parent.once('exit', (code) => reject(new Error(`the parent ended with ${code} before it was ready`)));
  });
  const below = descendants(parent.pid ?? 0);
  parent.kill(signal);
  await gone;
  return below;
}

const commands = (list: readonly { readonly command: string }[]) => list.map((one) => one.command).join('\n');

test.runIf(process.platform === 'linux')('no part outlives a parent that was killed', async () => {
  const below = await killedParent('kernel', 'SIGKILL');
  const text = commands(below);
  for (const part of ['postgres', 'redis-server', 'smtp-sink', 'stripe-stand-in', 'redis-emulator']) {
    expect(text).toContain(part);
  }
  expect(await survivors(below)).toEqual([]);
});

test.runIf(process.platform === 'linux')('nor one that was told to end', async () => {
  expect(await survivors(await killedParent('terminated', 'SIGTERM'))).toEqual([]);
});

test.runIf(process.platform === 'linux')(
  'programs behind a guard, where the kernel does not help, do not outlive it either',
  async () => {
    const below = await killedParent('guarded', 'SIGKILL', ['guard']);
    expect(commands(below)).toContain('guard.ts');
    expect(commands(below)).toContain('postgres');
    expect(await survivors(below)).toEqual([]);
  },
);
