import { describe, expect, test } from 'vitest';
import { flow } from '../../../contract/flow/flow.ts';
import type { ApplicationPort } from '../../../contract/ports/application.ts';
import { TargetUnreachable } from '../../../contract/ports/application.ts';
import type { LedgerEntry } from '../../../safety/ledger.ts';
import { settleEntries, STAYS_OPEN, SURE_AFTER_MS } from '../../../safety/settle-entries.ts';
import { planWith } from './plans.ts';

const plan = planWith({
  created: {
    order: {
      undo: (identity) =>
        flow('remove-order', { title: 'Remove' }).request('delete', {
          request: () => ({ method: 'DELETE', path: `/orders/${identity}` }),
          status: [204, 404],
        }),
    },
    kept: { keep: 'never removed' },
  },
});
const AT = Date.parse('2026-11-21T00:00:00.000Z');
const entry = (over: Partial<LedgerEntry> = {}): LedgerEntry => ({
  id: 'e1',
  run: 'r1',
  check: 'can-order',
  kind: 'order',
  identity: 'gl-r1-1',
  target: 'shop',
  at: new Date(AT).toISOString(),
  ...over,
});

/** A target that carries out a creation `appearsAt` milliseconds after its request; time passes in pauses alone. */
function shop(
  options: { readonly appearsAt?: number; readonly always?: number; readonly startsAt?: number } = {},
) {
  const { appearsAt = Infinity, always, startsAt = 0 } = options;
  let clock = AT + startsAt;
  let there = false;
  let came = false;
  const look = (): void => {
    if (!came && clock - AT >= appearsAt) [came, there] = [true, true];
  };
  let asked = 0;
  const application: ApplicationPort = {
    send: () => {
      look();
      asked += 1;
      const status = always ?? (there ? 204 : 404);
      there = false;
      return Promise.resolve({ status, headers: {}, body: '', durationMs: 1 });
    },
  };
  const settled: string[] = [];
  return {
    application,
    settled,
    asked: () => asked,
    there: () => (look(), there),
    run: (entries: readonly LedgerEntry[], pauses: readonly number[] = [], later = 0) => {
      clock += later;
      return settleEntries({
        plan,
        entries,
        ledger: { settle: (id, how) => Promise.resolve(void settled.push(`${id} ${how}`)) },
        application,
        secret: () => '',
        pauses,
        now: () => clock,
        pause: (milliseconds) => Promise.resolve(void (clock += milliseconds)),
      });
    },
  };
}

describe('an entry whose request got no answer', () => {
  test.each([
    ['within the run', 3000],
    ['before the first undo', 0],
    ['at the last look', 7000],
  ])('is removed and settled when it appears %s', async (_when, appearsAt) => {
    const target = shop({ appearsAt });
    const [one] = await target.run([entry({ request: 'unanswered' })], [1000, 2000, 4000]);
    expect(one?.result).toBe('undone');
    expect(target.there()).toBe(false);
  });

  test.each([
    ['nobody knows, since the process was killed', undefined],
    ['it got no answer', 'unanswered' as const],
  ])('stays open while nothing is there, where %s, and the next look removes it', async (_why, request) => {
    const target = shop({ appearsAt: 60_000 });
    const open = entry(request === undefined ? {} : { request });
    const [first] = await target.run([open], [1000, 2000]);
    expect(first?.result).toHaveProperty('open', STAYS_OPEN);
    expect(target.settled).toEqual([]);
    const [later] = await target.run([open], [], 60_000);
    expect(later?.result).toBe('undone');
    expect(target.settled).toEqual(['e1 undone']);
    expect(target.there()).toBe(false);
  });

  test('is settled when no server would carry it out any more', async () => {
    const target = shop({ startsAt: SURE_AFTER_MS + 1 });
    expect((await target.run([entry({ request: 'unanswered' })]))[0]?.result).toBe('undone');
  });

  test('stays open on a target that says the same whether it was there or not', async () => {
    const [one] = await shop({ always: 204 }).run([entry({ request: 'unanswered' })], [1000]);
    expect(one?.result).toHaveProperty('open');
  });
});

test.each([
  ['was there', { appearsAt: 0 }],
  ['was not there', {}],
  ['is told as removed always', { always: 204 }],
])('an answered entry that %s is settled by one undo', async (_name, options) => {
  const target = shop(options);
  expect((await target.run([entry({ request: 'answered' })], [1000]))[0]?.result).toBe('undone');
  expect(target.asked()).toBe(1);
});

test('what was killed in the middle and is found is settled at once', async () => {
  const target = shop({ always: 200 });
  const [one] = await target.run([entry()]);
  // 200 is no status that this undo takes.
  expect(one?.result).toHaveProperty('failed');
  const found = shop({ appearsAt: 0 });
  expect((await found.run([entry()]))[0]?.result).toBe('undone');
});

test('an error of the target, and no time left, keep an entry, and a kind that stays is kept', async () => {
  expect((await shop({ always: 500 }).run([entry()]))[0]?.result).toHaveProperty('failed');
  expect((await shop().run([entry({ kind: 'kept' })]))[0]?.result).toBe('kept');
  const late = await settleEntries({
    plan,
    entries: [entry()],
    ledger: { settle: () => Promise.resolve() },
    application: { send: () => Promise.reject(new TargetUnreachable('refused', 'x')) },
    secret: () => '',
    until: 0,
  });
  expect(late[0]?.result).toEqual({ failed: 'there was no time left' });
});
