import { expect, test } from 'vitest';
import { allStarted } from '../all-started.ts';

test('what has started is given in its order', async () => {
  expect(await allStarted([Promise.resolve('a'), undefined, Promise.resolve(2)])).toEqual([
    'a',
    undefined,
    2,
  ]);
});

test('where one does not start, the others are ended, also one that starts later', async () => {
  const ended: string[] = [];
  const server = (name: string, way: 'stop' | 'close') => ({ [way]: async () => void ended.push(name) });
  const late = new Promise((resolve) => setImmediate(() => resolve(server('late', 'close'))));
  const starting = allStarted([
    server('early', 'stop'),
    Promise.reject(new Error('no port')),
    late,
    undefined,
  ]);
  await expect(starting).rejects.toThrow('no port');
  expect(ended).toEqual(['early', 'late']);
});
