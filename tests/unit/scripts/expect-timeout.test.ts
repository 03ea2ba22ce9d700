import { expect, test } from 'vitest';
import { flow } from '../../../contract/index.ts';
import { defineGreenlightPlaywright } from '../../../run/playwright-config.ts';

// Playwright's own five seconds would end a step that has sixty, and call that a fault of the target.
const driving = (id: string, budgetMs?: number) =>
  flow(id, { title: id }).page('look', {
    run: async () => ({}),
    ...(budgetMs === undefined ? {} : { budgetMs }),
  });
const asking = flow('asks', { title: 'asks' }).request('ask', {
  request: () => ({ method: 'GET', path: '/' }),
  budgetMs: 90_000,
});

test.each([
  ['one that says nothing has thirty seconds', [driving('a')], 30_000],
  ['one that has less than Playwright would give', [driving('a', 2000)], 2000],
  ['one that has more', [driving('a', 60_000)], 60_000],
  [
    'the longest of several, of one flow too',
    [driving('a', 7000).page('b', { run: async () => ({}) })],
    30_000,
  ],
  ['the longest of several flows', [driving('a', 7000), driving('b', 60_000), asking], 60_000],
  ['no page step leaves it to Playwright', [asking], undefined],
])('an expect waits as long as a page step may take: %s', (_, flows, timeout) => {
  const config = defineGreenlightPlaywright({
    target: { name: 't', urls: { app: 'http://127.0.0.1:9' } },
    flows: flows,
  });
  expect(config.expect?.timeout).toBe(timeout);
});
