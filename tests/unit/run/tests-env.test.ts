import { expect, test } from 'vitest';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { secret } from '../../../contract/plan/secret.ts';
import { testsEnv } from '../../../run/tests-env.ts';

const plan = (secrets: readonly string[]) =>
  parsePlan({
    target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' } },
    secrets,
    probes: [{ kind: 'endpoints', id: 'home-answers', title: 'Home', phases: ['synthetic'], paths: ['/'] }],
    notify: {
      channels: { team: { adapter: 'slack', url: secret('TEAM_URL') } },
      routes: [{ to: ['team'] }],
    },
    export: {
      pushgateway: { url: secret('PUSHGATEWAY_URL'), headers: { authorization: secret('PUSH_KEY') } },
    },
  });

const ENV = {
  PATH: '/usr/bin',
  SHOP_PASSWORD: 'one',
  TEAM_URL: 'https://hooks.example.com/1',
  PUSHGATEWAY_URL: 'https://push.example.com',
  PUSH_KEY: 'two',
  GREENLIGHT_SLACK_URL: 'https://hooks.example.com/2',
};

test('what tests a target does not get what only people and monitoring are told by', () => {
  expect(Object.keys(testsEnv(plan(['SHOP_PASSWORD']), ENV))).toEqual(['PATH', 'SHOP_PASSWORD']);
});

test('it does get what the rest of the plan names, too', () => {
  expect(Object.keys(testsEnv(plan(['SHOP_PASSWORD', 'PUSH_KEY']), ENV))).toEqual([
    'PATH',
    'SHOP_PASSWORD',
    'PUSH_KEY',
  ]);
});
