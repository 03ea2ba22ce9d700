import { expect, test } from 'vitest';
import { NOTHING_SEEN } from '../../../contract/notify/decide-incidents.ts';
import { deliver, enqueue, type Reach } from '../../../notify/deliver.ts';
import type { Kept } from '../../../notify/outbox.ts';
import { notice } from '../../notify/notice.ts';

const NOTHING_KEPT: Kept = {
  schema: 'greenlight/outbox@1',
  incidents: NOTHING_SEEN,
  waiting: [],
  outages: {},
  standing: {},
  heard: {},
  repeated: 0,
  dropped: 0,
};

/** 50 messages wait for one channel, whose receiver takes so long for each. @returns how many each of several runs sends */
async function sentBy(rounds: number, eachMs: number): Promise<readonly number[]> {
  let clock = Date.parse('2026-11-30T10:00:00Z');
  let kept = NOTHING_KEPT;
  for (let index = 0; index < 50; index += 1)
    kept = enqueue(kept, notice({ key: `k${index}`, incident: `i${index}` }), ['team'], new Date(clock));
  const reach: Reach = {
    names: ['team'],
    words: (name) => name,
    now: () => new Date(clock),
    keep: () => undefined,
    open: () =>
      Promise.resolve({
        send: () => {
          clock += eachMs;
          return Promise.resolve();
        },
      }),
  };
  const counts: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const end = await deliver(kept, reach);
    counts.push(end.told.length);
    kept = end.kept;
    // What is left was not begun: it cannot have arrived.
    expect([end.problems, kept.repeated, kept.waiting.some(({ begun }) => begun)]).toEqual([[], 0, false]);
  }
  return counts;
}

test('a receiver that takes its time does not hold a run: the rest goes with the next', async () => {
  expect(await sentBy(3, 4000)).toEqual([6, 6, 6]);
});

test('one that is quick gets all at once', async () => {
  expect(await sentBy(2, 100)).toEqual([50, 0]);
});
