import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLedger } from '../../../safety/ledger.ts';
import { ended, said, startProcess } from './run-processes.ts';

let state: string;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'greenlight-ledger-'));
});
afterEach(() => rm(state, { recursive: true, force: true }));

test('no entry is lost when several processes write at once', async () => {
  const writers = ['a', 'b', 'c', 'd'].map((name) =>
    ended(startProcess('ledger-writer.ts', [state, name, '60'])),
  );
  const kept = (await Promise.all(writers)).flatMap(({ output }) => output.trim().split('\n'));
  expect(kept).toHaveLength(4 * 30);
  const outstanding = await (await openLedger(state, 'shop')).outstanding();
  expect(outstanding.map(({ id }) => id).sort()).toEqual([...kept].sort());
});

test('what a killed process had recorded is there', async () => {
  const writer = startProcess('ledger-writer.ts', [state, 'victim', '100000']);
  await said(writer, '\n');
  writer.kill('SIGKILL');
  await ended(writer);
  const outstanding = await (await openLedger(state, 'shop')).outstanding();
  expect(outstanding.length).toBeGreaterThan(0);
  expect(outstanding.every(({ identity }) => identity.startsWith('gl-victim-'))).toBe(true);
});
