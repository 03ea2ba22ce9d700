import { expect, test } from 'vitest';
import type { PlanInput } from '../../../contract/index.ts';
import { defineGreenlightPlaywright } from '../../../run/playwright-config.ts';

type Target = PlanInput['target'];
const here: Target = { name: 't', urls: { app: 'http://127.0.0.1:9', api: 'http://localhost:8' } };
const staging: Target = { name: 't', urls: { app: 'https://staging.example.com' } };

const none = { trace: 'off', screenshot: 'off' };
const some = { trace: 'retain-on-failure', screenshot: 'only-on-failure' };

test.each([
  ['of this machine they are taken', here, undefined, some],
  ['of any other they are not', staging, undefined, none],
  ['unless the plan names it', staging, ['Staging.example.com'], some],
  [
    'nor beside an old system',
    { ...here, old: { urls: { app: 'https://old.example.com' } } },
    undefined,
    none,
  ],
  [
    'nor beside a third party',
    { ...here, thirdParties: { tracker: 'https://t.example.com' } },
    undefined,
    none,
  ],
  [
    'each host must be named',
    { ...staging, old: { urls: { app: 'https://old.example.com' } } },
    ['staging.example.com'],
    none,
  ],
] as const)('pictures: %s', (_, target, pictures, use) => {
  const config = defineGreenlightPlaywright({
    target,
    probes: [{ id: 'pages-answer', title: 'p', kind: 'endpoints', paths: ['/'] }],
    ...(pictures === undefined ? {} : { allow: { pictures: [...pictures] } }),
  });
  expect(config.use).toMatchObject(use);
});
