import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { flow } from '../../../contract/flow/flow.ts';
import { secret } from '../../../contract/plan/secret.ts';
import { GreenlightError } from '../../../contract/errors.ts';
import { liveKeyIn, refuseLiveKeys, refuseLiveRequest } from '../../../safety/live-keys.ts';
import { redactorOf } from '../../../safety/redactor.ts';
import { looksSecret } from '../../../safety/secret-values.ts';
import { resolveSecret, secretProblems, secretReader } from '../../../safety/secrets.ts';
import { planWith } from './plans.ts';

const target = {
  name: 'shop',
  urls: { app: 'http://127.0.0.1:1' },
  records: { adapter: 'postgres' as const, url: secret('NEW_DB') },
  payments: { adapter: 'stripe' as const, secretKey: secret('STRIPE_KEY') },
};
const SET = { NEW_DB: 'postgres://u:db-passw0rd@h/d', STRIPE_KEY: 'sk_test_abc123', EXTRA: 'extra-value' };

/** Built at run time, so that no scanner takes this file for a leak. */
const live = (kind: string): string => `${kind}_live_51Habc`;

function problemsOf(action: () => void): GreenlightError {
  try {
    action();
  } catch (error) {
    if (error instanceof GreenlightError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('resolving', () => {
  test('a literal is itself and a reference is its variable', () => {
    expect(resolveSecret('plain', {})).toBe('plain');
    expect(resolveSecret(secret('X'), { X: 'value' })).toBe('value');
  });
  test.each([{}, { X: '' }])('an unset or empty variable is an error: %j', (env) => {
    expect(() => resolveSecret(secret('X'), env)).toThrow('the environment variable X is not set');
  });
  test('all missing variables are listed at once with their places', () => {
    const plan = planWith({ target, secrets: ['EXTRA', 'NEW_DB'] });
    expect(secretProblems(plan, SET)).toEqual([]);
    expect(secretProblems(plan, { EXTRA: '' }).map(({ path, value }) => [path, value])).toEqual([
      ['target.records.url', 'nothing'],
      ['target.payments.secretKey', 'nothing'],
      ['secrets[0]', 'an empty value'],
    ]);
  });
  test('a flow reads only variables that the plan names', () => {
    const read = secretReader(planWith({ target, secrets: ['EXTRA'] }), { ...SET, OTHER: 'x' });
    expect(read('EXTRA')).toBe('extra-value');
    expect(read('STRIPE_KEY')).toBe('sk_test_abc123');
    expect(() => read('OTHER')).toThrow('a flow reads OTHER, which the plan does not name');
  });
});

describe('live keys', () => {
  test('a plan with test-mode keys passes', () => {
    expect(() => refuseLiveKeys(planWith({ target, secrets: ['EXTRA'] }), SET)).not.toThrow();
  });
  test.each(['sk', 'rk', 'pk'])('%s_live_ in a named variable is refused and never shown', (kind) => {
    const error = problemsOf(() => refuseLiveKeys(planWith({ target }), { ...SET, STRIPE_KEY: live(kind) }));
    expect(error.code).toBe('LIVE_KEY');
    expect(error.problems).toHaveLength(1);
    expect(error.problems[0]?.path).toBe('environment variable STRIPE_KEY');
    expect(JSON.stringify(error.problems)).not.toContain('51Habc');
  });
  test('every place is named: literals, data pools, header values, source of functions, listed variables', () => {
    const pay = flow('visitor-can-pay', { title: 'Pay', data: [{ key: live('rk') }] }).request('pay', {
      // Too short to be a real key, and written out, because the source of the function is what is searched.
      request: () => ({ method: 'GET', path: '/', headers: { key: 'sk_live_51Habc' } }),
      response: z.unknown(),
    });
    const plan = planWith({
      target: {
        ...target,
        payments: { adapter: 'stripe', secretKey: live('sk') },
        records: {
          adapter: 'http',
          url: 'http://127.0.0.1:2',
          headers: { authorization: `Basic ${Buffer.from(`${live('sk')}:`).toString('base64')}` },
        },
      },
      flows: [pay],
      secrets: ['EXTRA'],
    });
    const error = problemsOf(() => refuseLiveKeys(plan, { EXTRA: live('rk') }));
    expect(error.problems.map((problem) => problem.path).sort()).toEqual([
      'environment variable EXTRA',
      'flows[0].options.data[0].key',
      'flows[0].steps[0].request',
      'target.payments.secretKey',
      'target.records.headers.authorization',
    ]);
  });
  test('text about live keys is no live key', () => {
    expect(liveKeyIn('we refuse sk_live_ and rk_live_ keys')).toBeUndefined();
    expect(liveKeyIn('task_live_5')).toBeUndefined();
  });
  test('a request that would carry one is refused', () => {
    const base = { method: 'POST' as const, url: 'http://127.0.0.1:1/', headers: {} };
    expect(() => refuseLiveRequest({ ...base, body: '{"key":"sk_test_1"}' })).not.toThrow();
    expect(() => refuseLiveRequest({ ...base, body: `{"key":"${live('sk')}"}` })).toThrow(/sk_live_…/);
    expect(() =>
      refuseLiveRequest({ ...base, headers: { authorization: `Bearer ${live('rk')}` } }),
    ).toThrow();
  });
});

describe('the redactor of a plan', () => {
  test('knows named variables, credentials in URLs of the plan, and the environment', () => {
    const plan = planWith({
      target: { ...target, old: { urls: { app: 'http://ops:0ld-passw0rd@127.0.0.1:3' } } },
      secrets: ['EXTRA'],
    });
    const redactor = redactorOf(plan, { ...SET, OTHER_TOKEN: 'other-token-1' });
    expect(redactor.text('extra-value|db-passw0rd|0ld-passw0rd|other-token-1|sk_test_abc123|shop')).toBe(
      '[redacted]|[redacted]|[redacted]|[redacted]|[redacted]|shop',
    );
  });
});

test.each([
  'STRIPE_SECRET_KEY',
  'dbPassword',
  'GITHUB_TOKEN',
  'PGPASSWORD',
  'X_AUTH',
  'SENTRY_DSN',
  'apiKey',
])('the name %s says that its value is secret', (name) => expect(looksSecret(name)).toBe(true));
test.each(['PWD', 'OLDPWD', 'KEYBOARD_LAYOUT', 'MONKEY', 'AUTHOR', 'PATH', 'TOKENIZER_MODE', 'PASSENGER'])(
  'the name %s does not',
  (name) => expect(looksSecret(name)).toBe(false),
);
