import { expect, test } from 'vitest';
import { createBoundedStore } from '../../../sink/bounded-store.ts';
import { createIntake } from '../../../sink/intake.ts';
import { mentions } from '../../../sink/mentions.ts';
import type { StoredWebhook } from '../../../sink/received.ts';

test('the store keeps the newest within its limits, and always the last one', () => {
  const store = createBoundedStore<string>({ count: 3, bytes: 100 });
  for (const id of ['1', '2', '3', '4']) store.add(id, 10);
  expect(store.newestFirst()).toEqual(['4', '3', '2']);
  store.add('big', 500);
  expect(store.newestFirst()).toEqual(['big']);
  expect(store.counts()).toMatchObject({ received: 5, stored: 1, dropped: 4 });
  expect(store.remove((id) => id === 'big')).toBe(1);
  expect(store.newestFirst()).toEqual([]);
});

test('the store says since when nothing is missing', () => {
  let now = 1000;
  const store = createBoundedStore<string>({ count: 2, bytes: 100 }, () => now);
  const completeForMs = () => store.counts().completeForMs;
  now = 1500;
  // Since it began: what came before that, nobody knows.
  expect(completeForMs()).toBe(500);
  store.add('1', 10);
  now = 1700;
  store.add('2', 10);
  expect(completeForMs()).toBe(700);
  store.add('3', 10);
  // The first one made room, which came 200 ms ago.
  expect(completeForMs()).toBe(200);
  now = 1800;
  // What its reader is done with is not missing.
  store.remove((id) => id === '2');
  expect(completeForMs()).toBe(300);
  store.missed();
  expect(completeForMs()).toBe(0);
  now = 1900;
  expect(completeForMs()).toBe(100);
  store.clear();
  expect(completeForMs()).toBe(0);
});

test('what comes in is bounded for each message and for all at the same time', () => {
  const intake = createIntake({ message: 10, together: 15 });
  const whole = intake.begin();
  whole.take(Buffer.from('12345'));
  whole.take(Buffer.from('67890'));
  const second = intake.begin();
  second.take(Buffer.from('123456'));
  expect(second.end()).toBeUndefined();
  expect(whole.end()?.toString()).toBe('1234567890');
  const big = intake.begin();
  big.take(Buffer.alloc(11));
  big.take(Buffer.alloc(1));
  expect(big.end()).toBeUndefined();
  const left = intake.begin();
  left.take(Buffer.alloc(9));
  left.abandon();
  const last = intake.begin();
  last.take(Buffer.alloc(10));
  expect(last.end()).toHaveLength(10);
});

const webhook = (over: Partial<StoredWebhook>): StoredWebhook => ({
  id: '1',
  method: 'POST',
  path: '/hooks',
  query: '',
  headers: { 'content-type': 'application/json' },
  text: '',
  receivedAt: '2026-01-01T00:00:00.000Z',
  ...over,
});
const form = { 'content-type': 'application/x-www-form-urlencoded' };

test.each([
  ['as it was sent', { text: '{"mail":"gl-1@shop.test"}' }, true],
  ['with the escapes of JSON', { text: '{"to":["gl-1\\u0040shop.test"]}' }, true],
  ['with those of a form', { text: 'a=1&mail=gl-1%40shop.test', headers: form }, true],
  ['in its query', { query: 'mail=gl-1%40shop.test' }, true],
  ['in its path', { path: '/hooks/gl-1@shop.test' }, true],
  ['of somebody else', { text: '{"mail":"gl-2@shop.test"}' }, false],
  ['in what only looks like JSON', { text: '{"a": \\u0040' }, false],
  ['in a form that cannot be decoded', { text: 'a=%&b=gl-2', headers: form }, false],
])('a text is found %s', (_, over, found) => {
  expect(mentions(webhook(over), 'gl-1@shop.test')).toBe(found);
});
