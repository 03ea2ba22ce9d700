import { expect, test } from 'vitest';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { refuseBlindTls } from '../../../run/refuse-blind-tls.ts';

const plan = (app: string) =>
  parsePlan({
    target: { name: 'shop', urls: { app } },
    checks: [{ id: 'shop-works', title: 'It works' }],
  });

test('certificates that nobody checks are refused before anything is sent', () => {
  const blind = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
  expect(() => refuseBlindTls(plan('https://shop.example.com'), blind)).toThrow(/switches the check/);
  expect(() => refuseBlindTls(plan('HTTPS://shop.example.com'), blind)).toThrow(/switches the check/);
  expect(() => refuseBlindTls(plan('http://127.0.0.1'), blind)).not.toThrow();
  expect(() => refuseBlindTls(plan('https://shop.example.com'), {})).not.toThrow();
  // Node looks for exactly "0".
  expect(() =>
    refuseBlindTls(plan('https://shop.example.com'), { NODE_TLS_REJECT_UNAUTHORIZED: '1' }),
  ).not.toThrow();
});
