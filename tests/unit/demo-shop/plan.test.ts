import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checksOf } from '../../../contract/plan/checks.ts';
import { GreenlightError } from '../../../contract/errors.ts';
import { createsData, unportableSteps } from '../../../contract/flow/flow.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { DEMO_FAULTS } from '../../../demo/faults.ts';

const ADDRESSES = ['DEMO_NEW_URL', 'DEMO_OLD_URL', 'DEMO_MAIL_URL', 'DEMO_STRIPE_API_BASE'];

/** The environment is read when the module is evaluated, so each test evaluates it anew. */
const load = () => import('../../../demo/greenlight.config.ts');

beforeEach(() => {
  vi.resetModules();
  ADDRESSES.forEach((name, index) => vi.stubEnv(name, `http://127.0.0.1:${9001 + index}`));
  vi.stubEnv('DEMO_CUTOVER_AT', '2026-01-01T00:00:00.000Z');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test('the plan of the demo is a valid plan', async () => {
  const plan = parsePlan((await load()).default);
  const ids = checksOf(plan, 'post-cutover').map((check) => check.id);
  expect(ids).toContain('payment-agrees-everywhere');
  expect(checksOf(plan, 'post-cutover').every((check) => check.severity === 'blocking')).toBe(true);
});

test('without a running demo every missing address is a problem with its path', async () => {
  for (const name of ADDRESSES) vi.stubEnv(name, '');
  const module = await load();
  const error = (() => {
    try {
      return parsePlan(module.default);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(GreenlightError);
  const paths = (error as GreenlightError).problems.map((problem) => problem.path);
  expect(paths).toEqual(
    expect.arrayContaining([
      'target.urls.app',
      'target.old.urls.app',
      'target.mailbox.url',
      'target.payments.apiBase',
    ]),
  );
});

test('there are at least twelve faults, and each names a blocking check of the plan', async () => {
  const checks = new Set(
    checksOf(parsePlan((await load()).default), 'post-cutover').map((check) => check.id),
  );
  expect(DEMO_FAULTS.length).toBeGreaterThanOrEqual(12);
  expect(new Set(DEMO_FAULTS.map((fault) => fault.id)).size).toBe(DEMO_FAULTS.length);
  expect(DEMO_FAULTS.filter((fault) => !checks.has(fault.check))).toEqual([]);
});

test('what runs every five minutes is cheap: no load, no table counts, no browser', async () => {
  const plan = parsePlan((await load()).default);
  const synthetic = checksOf(plan, 'synthetic');
  expect(new Set(synthetic.map((check) => check.project))).toEqual(new Set(['readiness', 'suites']));
  expect(synthetic.map((check) => check.id)).not.toContain('customer-can-buy-in-browser');
  expect(synthetic.length).toBeGreaterThan(8);
});

test('the flow under load can run in any engine and creates nothing', async () => {
  const plan = parsePlan((await load()).default);
  const flow = plan.flows.find((candidate) => candidate.id === 'browse-catalogue');
  expect(flow && unportableSteps(flow)).toEqual([]);
  expect(flow && createsData(flow)).toBe(false);
});
