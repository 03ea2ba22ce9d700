import { expect, test } from 'vitest';
import { z } from 'zod';
import { startModule, startProgram } from '../../../demo/parts/supervise.ts';
import { untilReady } from '../../../demo/parts/until-ready.ts';
import { scratch } from './scratch.ts';

const directory = scratch();

const child = (how: string, more: { readyWithinMs?: number; signal?: AbortSignal } = {}) =>
  startModule({
    name: `child-${how}`,
    directory,
    module: new URL('./failing-child.ts', import.meta.url),
    input: { how },
    ready: z.strictObject({ fine: z.literal(true) }),
    ...more,
  });

test('says why a module could not start', async () => {
  await expect(child('throws')).rejects.toThrow(/could not start: the cellar is flooded/);
});

test('shows the log of a module that ended before it was ready', async () => {
  await expect(child('exits')).rejects.toThrow(/exit code 3[^]*a line in the log/);
});

test('does not wait for ever, and leaves nothing running', async () => {
  await expect(child('hangs', { readyWithinMs: 1_500 })).rejects.toThrow(/not ready within 1500 ms/);
});

test('does not trust an answer of another shape', async () => {
  await expect(child('wrong-answer')).rejects.toThrow(/something else than expected/);
});

test('refuses input that the module does not take', async () => {
  await expect(child('unheard-of')).rejects.toThrow(/the input is not valid/);
});

test('stops when it is aborted', async () => {
  const abort = new AbortController();
  const started = child('hangs', { signal: abort.signal });
  abort.abort(new Error('changed my mind'));
  await expect(started).rejects.toThrow('changed my mind');
});

test('kills a module that will not end', async () => {
  const { process: stubborn } = await child('stubborn');
  await stubborn.stop(200);
  expect(stubborn.running()).toBe(false);
  expect(await stubborn.ended).toEqual({ code: null, signal: 'SIGKILL' });
  await stubborn.stop();
});

test('names a program that is not there', async () => {
  const missing = startProgram({
    name: 'missing',
    directory,
    command: '/no/such/program',
    args: [],
    binding: 'guard',
  });
  await expect(missing).rejects.toThrow(/missing .*no\/such\/program/);
});

test('notices a program that ends while somebody waits for it', async () => {
  const program = await startProgram({
    name: 'short-lived',
    directory,
    command: '/bin/sh',
    args: ['-c', 'echo bad disk >&2; exit 7'],
  });
  const never = untilReady(program, () => Promise.reject(new Error('not yet')), { withinMs: 60_000 });
  await expect(never).rejects.toThrow(/exit code 7[^]*bad disk/);
});

test('a program sees neither our secrets nor our settings', async () => {
  process.env['PGDATA'] = '/somewhere/else';
  try {
    const program = await startProgram({ name: 'env', directory, command: '/usr/bin/env', args: [] });
    const { code } = await program.ended;
    expect(code).toBe(0);
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(program.logFile, 'utf8')).not.toContain('PGDATA');
  } finally {
    delete process.env['PGDATA'];
  }
});
