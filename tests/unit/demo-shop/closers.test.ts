import { expect, test } from 'vitest';
import { allOrNothing, createClosers } from '../../../demo/closers.ts';

test('closes in reverse order, once, also when called twice', async () => {
  const closed: string[] = [];
  const closers = createClosers();
  for (const name of ['database', 'shop']) closers.add(async () => void closed.push(name));
  await Promise.all([closers.close(), closers.close()]);
  expect(closed).toEqual(['shop', 'database']);
});

test('a closer that fails stops no other and is reported', async () => {
  const closed: string[] = [];
  const closers = createClosers();
  closers.add(async () => void closed.push('database'));
  closers.add(async () => {
    throw new Error('stuck');
  });
  await expect(closers.close()).rejects.toThrow(/stuck/);
  expect(closed).toEqual(['database']);
});

test('waits for the slow ones when one fails', async () => {
  let slow = false;
  const failing = Promise.reject(new Error('no port'));
  const other = new Promise<void>((resolve) => setImmediate(resolve)).then(() => (slow = true));
  await expect(allOrNothing([failing, other])).rejects.toThrow('no port');
  expect(slow).toBe(true);
});
