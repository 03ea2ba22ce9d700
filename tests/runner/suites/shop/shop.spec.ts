import type * as TestEntry from '../../../../run/test-entry.ts';
import { DIST } from '../../../installed.ts';
import plan from './shop.plan.ts';

// As it is built: from source, each process of Playwright would read two hundred files one by one.
const { check, defineReadiness, defineSuites, expect } = (await import(
  `${DIST}/run/test-entry.js`
)) as typeof TestEntry;

defineReadiness(plan);
defineSuites(plan);

check('own-check-holds', { plan }, async ({ request, unique, created }) => {
  const email = `${unique()}@own.test`;
  await created.record({ kind: 'customer', identity: email });
  const response = await request.post('/customers', { data: { email } });
  expect(response.status()).toBe(201);
});

check('own-check-elsewhere', { plan }, () => {});

check('own-check-refused', { plan }, async ({ request }) => {
  await request.get(process.env['SHOP_DEAD_URL'] ?? '');
});
