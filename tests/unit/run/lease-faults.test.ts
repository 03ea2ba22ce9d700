import { expect, test } from 'vitest';
import { leaseFaults } from '../../../run/lease-faults.ts';
import type { Lease } from '../../../safety/lease.ts';

const release = (): Promise<void> => Promise.resolve();

test('a lease that is held, one of a file and none are no fault', async () => {
  const held: Lease = { release, lost: new AbortController().signal, confirm: () => Promise.resolve() };
  expect(await leaseFaults(held)).toEqual([]);
  expect(await leaseFaults({ release })).toEqual([]);
  expect(await leaseFaults(undefined)).toEqual([]);
});

test('one that was lost and had not told yet is asked, and leaves neither GO nor NO_GO', async () => {
  const lost = new AbortController();
  const confirm = (): Promise<void> => {
    lost.abort(new Error('somebody else holds it'));
    return Promise.resolve();
  };
  expect(await leaseFaults({ release, lost: lost.signal, confirm })).toEqual([
    { kind: 'interrupted', message: 'the lease of the target was lost: somebody else holds it' },
  ]);
});
