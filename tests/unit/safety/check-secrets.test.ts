import { expect, test } from 'vitest';
import { GreenlightError } from '../../../contract/errors.ts';
import { secret } from '../../../contract/plan/secret.ts';
import { refuseSecretIdentities, secretWarnings } from '../../../safety/check-secrets.ts';
import { redactorOf } from '../../../safety/redactor.ts';
import { planWith } from './plans.ts';

const target = { name: 'medusa', urls: { app: 'https://shop.example.com' } };
const plan = planWith({
  target: { ...target, records: { adapter: 'postgres', url: secret('DB_URL') } },
  secrets: ['SHOP_KEY'],
});

test.each([
  ['the target', 'medusa'],
  ['the target, in capitals', 'MEDUSA'],
  ['a host', 'shop.example.com'],
  ['a check', 'pages-answer'],
  ['the release', '2026.11.2'],
])('a secret that is the name of %s is refused by its variable', (_name, value) => {
  const refuse = (): void => refuseSecretIdentities(plan, { SHOP_KEY: value, DB_URL: 'x' }, ['2026.11.2']);
  expect(refuse).toThrow(GreenlightError);
  try {
    refuse();
  } catch (error) {
    expect((error as GreenlightError).problems.map(({ path }) => path)).toEqual(["secret('SHOP_KEY')"]);
  }
});

test('a password inside a URL that is the name of the target is a warning by its variable, and the name stays', () => {
  const env = { DB_URL: 'postgres://medusa:medusa@db.internal/medusa', SHOP_KEY: 'a-real-secret-77' };
  refuseSecretIdentities(plan, env);
  expect(secretWarnings(plan, env)).toEqual([
    'the password inside DB_URL is also what the target, a host, a release or a check is called, so it is not masked',
  ]);
  const redactor = redactorOf(plan, env);
  expect(redactor.deep({ target: 'medusa', check: 'pages-answer', note: 'a-real-secret-77' })).toEqual({
    target: 'medusa',
    check: 'pages-answer',
    note: '[redacted]',
  });
});

test('a password that is a part of a name is masked where it stands alone, and the name stays', () => {
  const named = planWith({ target: { ...target, name: 'medusa-staging' }, secrets: ['SHOP_KEY'] });
  const redactor = redactorOf(named, { SHOP_KEY: 'staging' });
  const part = redactorOf(named, { SHOP_KEY: 'medusa-stag' });
  expect(redactor.text('target medusa-staging')).toBe('target medusa-staging');
  expect(part.text('medusa-staging, medusa-stag and medusa-staging2')).toBe(
    'medusa-staging, [redacted] and [redacted]ing2',
  );
});

test.each([
  ['short', 'abc'],
  ['a number', '12345678'],
  ['a common word', 'postgres'],
])('a named secret that is %s is a warning by its variable', (_name, value) => {
  expect(secretWarnings(plan, { SHOP_KEY: value, DB_URL: 'postgres://u:long-enough-1@h/d' })).toEqual([
    expect.stringMatching(/^the value of SHOP_KEY is too short, a number or a common word/),
  ]);
  expect(secretWarnings(plan, { SHOP_KEY: 'long-enough-2', DB_URL: `postgres://u:${value}@h/d` })).toEqual([
    expect.stringMatching(/^the password inside DB_URL is too short/),
  ]);
});

test.each(['postgres://app@db.internal/shop', 'postgres://medusa@db.internal/shop', 'redis://u:@h/0'])(
  'a user without a password is no secret to warn of: %s',
  (url) => {
    expect(secretWarnings(plan, { SHOP_KEY: 'long-enough-2', DB_URL: url })).toEqual([]);
  },
);

test('a variable that nobody named is a warning where it hides a name', () => {
  const env = { SHOP_KEY: 'long-enough-2', OTHER_PASSWORD: 'medusa', SHORT_TOKEN: 'abc' };
  expect(secretWarnings(plan, env)).toEqual([expect.stringMatching(/^the secret in OTHER_PASSWORD is also/)]);
});
