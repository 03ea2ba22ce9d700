import { afterEach, expect, test } from 'vitest';
import { holds } from '../../../contract/flow/statement.ts';
import { Probe } from '../../../contract/plan/probe.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { CannotTell } from '../../../suites/cannot-tell.ts';
import { createControl } from '../../../suites/control.ts';
import { Doubts } from '../../../suites/doubts.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { probeEndpoints } from '../../../suites/probes/endpoints-probe.ts';
import { probeHeaders } from '../../../suites/probes/headers-probe.ts';
import { listen, type Listening } from './run-flow-on.ts';

const well = holds('one', true, 1, 1);
const wrong = holds('other', false, 2, 1);

test('what one question cannot tell hides no fault, and is told where there is none', async () => {
  const doubts = new Doubts();
  expect(await doubts.try(() => 7)).toBe(7);
  expect(() => doubts.raise([well])).not.toThrow();
  expect(await doubts.try(() => Promise.reject(new CannotTell('not-said', 'x')))).toBeUndefined();
  expect(() => doubts.raise([well])).toThrow(CannotTell);
  expect(() => doubts.raise([])).toThrow(CannotTell);
  expect(() => doubts.raise([well, wrong])).not.toThrow();
  // A defect of ours is no doubt about the target.
  await expect(doubts.try(() => Promise.reject(new Error('ours')))).rejects.toThrow('ours');
});

test('where somebody in between answers, nothing else is the target’s either', async () => {
  const doubts = new Doubts();
  await doubts.try(() => Promise.reject(new CannotTell('challenge-page', 'x')));
  expect(() => doubts.raise([wrong])).toThrow(CannotTell);
});

const GOOD = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
};
/** Only what needs no TLS. */
const OVER = { endpoints: {}, headers: { https: false, hsts: false, cookies: false } } as const;

let shop: Listening | undefined;
afterEach(() => shop?.close());

test.each(['endpoints', 'headers'] as const)(
  '%s: a limited rate at one path hides no fault of another, and a protection service does',
  async (kind) => {
    let second: readonly [status: number, headers: Readonly<Record<string, string>>] = [200, {}];
    let first = 500;
    shop = await listen(({ url }, response) => {
      const [status, headers] = url === '/two' ? second : ([first, {}] as const);
      response.writeHead(status, { ...headers, ...GOOD }).end('hello');
    });
    const tools = {
      application: createHttpApplication(),
      urls: { app: shop.url },
      control: createControl(undefined),
      rateLimitWaitMs: 0,
    };
    const ask = () => {
      const probe = Probe.parse({ kind, id: 'x', title: 'x', paths: ['/one', '/two'], ...OVER[kind] });
      return probeFinding('x', () =>
        probe.kind === 'headers'
          ? probeHeaders(probe, tools)
          : probeEndpoints(probe as Extract<Probe, { kind: 'endpoints' }>, tools),
      );
    };
    second = [429, { 'retry-after': '3600' }];
    expect(await ask()).toMatchObject({ outcome: 'fail', measured: 500 });
    first = 200;
    expect(await ask()).toMatchObject({ outcome: 'unknown', cause: 'rate-limited' });
    first = 500;
    second = [403, { 'cf-mitigated': 'challenge' }];
    expect(await ask()).toMatchObject({ outcome: 'unknown', cause: 'challenge-page' });
    second = [200, {}];
    first = 200;
    expect(await ask()).toMatchObject({ outcome: 'pass' });
  },
);
