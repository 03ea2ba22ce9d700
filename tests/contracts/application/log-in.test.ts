import { request as playwright } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressesOf } from '../../../contract/plan/addresses.ts';
import type { GreenlightError } from '../../../contract/errors.ts';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { flow, type Flow } from '../../../contract/flow/flow.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { createControl } from '../../../suites/control.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { runProbe } from '../../../suites/probes/run-probe.ts';
import { targetApplication } from '../../../suites/target-application.ts';
import { listen, type Listening } from '../../unit/suites/run-flow-on.ts';

interface Shop {
  /** Answers a right password with something else. */
  logIn?: number;
  /** Lets anybody see the account. */
  open?: boolean;
  /** Says another name. */
  name?: string;
}
const shops: Record<'old' | 'new', Shop> = { old: {}, new: {} };
const servers: Partial<Record<'old' | 'new', Listening>> = {};

/** A shop with its own tokens: one of the other shop is worth nothing here. */
function shop(side: 'old' | 'new') {
  return listen((request, response) => {
    const is = shops[side];
    const json = (status: number, body: unknown, headers: Record<string, string> = {}): void =>
      void response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
    const cookie = request.headers.cookie ?? '';
    if (request.url === '/form') return json(200, {}, { 'set-cookie': 'csrf=1; Path=/' });
    if (request.url === '/log-in') return json(is.logIn ?? 200, { token: `t-${side}` });
    if (request.url === '/sign-in')
      return json(cookie.includes('csrf=1') ? 200 : 403, {}, { 'set-cookie': `session=${side}; Path=/` });
    const known = request.headers.authorization === `Bearer t-${side}` || cookie.includes(`session=${side}`);
    json(known || is.open === true ? 200 : 401, { name: is.name ?? 'Ann' });
  });
}

beforeAll(async () => {
  servers.old = await shop('old');
  servers.new = await shop('new');
});
afterAll(async () => {
  await servers.old?.close();
  await servers.new?.close();
});

const post = (path: string) => ({ request: () => ({ method: 'POST', path }) as const });
const byToken = flow('logs-in', { title: 'x', check: false }).request('log-in', {
  ...post('/log-in'),
  capture: ({ body }) => ({ headers: { authorization: `Bearer ${(body as { token: string }).token}` } }),
});
const byCookie = flow('logs-in', { title: 'x', check: false })
  .request('form', { request: () => ({ method: 'GET', path: '/form' }) })
  .request('sign-in', post('/sign-in'));
const byNothing = flow('logs-in', { title: 'x', check: false }).request('log-in', post('/log-in'));

const planOf = (logsIn: unknown, probe: object) =>
  parsePlan({
    target: {
      name: 't',
      urls: { app: servers.new?.url ?? '' },
      old: { urls: { app: servers.old?.url ?? '' } },
    },
    flows: [logsIn as Flow],
    created: { account: { keep: 'x' } },
    probes: [{ id: 'as-before', title: 'x', ...probe } as never],
  });

const logIn = { flow: 'logs-in', harmlessBecause: 'a log-in of a test account' };
const GUARDS = {
  kind: 'guards',
  routes: [{ path: '/account' }],
  identities: [{ name: 'nobody' }, { name: 'customer', logIn }],
};
const PARITY = { kind: 'parity', requests: [{ path: '/account' }], logIn };

async function look(logsIn: unknown, probe: object, is: Partial<typeof shops> = {}): Promise<Finding> {
  Object.assign(shops, { old: {}, new: {} }, is);
  const plan = planOf(logsIn, probe);
  const [planned] = plan.probes;
  if (planned === undefined) throw new Error('no probe');
  const control = createControl(undefined);
  const tools = {
    application: targetApplication(createHttpApplication(), plan.target),
    urls: addressesOf(plan.target),
    oldUrls: plan.target.old?.urls ?? {},
    control,
  };
  const context = { unique: () => 'gl-test-1', secret: () => 'x' };
  const with_ = { plan, playwright: { request: playwright } as never, control, context };
  return probeFinding('as-before', () => runProbe(planned, tools, with_, {} as never));
}

describe.each([
  ['a token', byToken],
  ['a cookie, after a form', byCookie],
])('who logs in by a flow with %s', (_, logsIn) => {
  test('is let in on both sides, each with its own', async () => {
    expect(await look(logsIn, GUARDS)).toMatchObject({ outcome: 'pass' });
    expect(await look(logsIn, PARITY)).toMatchObject({ outcome: 'pass' });
  });

  test('sees what differs', async () => {
    expect(await look(logsIn, GUARDS, { new: { open: true } })).toMatchObject({
      outcome: 'fail',
      cause: 'guards-differ',
    });
    expect(await look(logsIn, PARITY, { new: { name: 'Eve' } })).toMatchObject({
      outcome: 'fail',
      cause: 'answers-differ',
    });
  });
});

describe('a log-in that fails', () => {
  test.each([GUARDS, PARITY])('on new alone is the fault of new: $kind', async (probe) => {
    const finding = await look(byToken, probe, { new: { logIn: 500 } });
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'log-in-fails' });
    expect(finding.summary).toContain('can log in on old and not on new');
  });

  test.each([GUARDS, PARITY])('on old says nothing about new: $kind', async (probe) => {
    const finding = await look(byToken, probe, { old: { logIn: 401 }, new: { logIn: 401 } });
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'log-in-fails-on-old' });
    expect(finding.remedy).toContain('logs-in');
  });

  test('on old does not hide that a route is open for others', async () => {
    expect(await look(byToken, GUARDS, { old: { logIn: 401 }, new: { open: true } })).toMatchObject({
      outcome: 'fail',
      cause: 'guards-differ',
    });
  });

  test('without a token or a cookie is none', async () => {
    expect(await look(byNothing, GUARDS)).toMatchObject({
      outcome: 'unknown',
      cause: 'log-in-gives-nothing',
    });
  });
});

describe('a plan is refused', () => {
  const problemsOf = (logsIn: unknown, probe: object): string => {
    try {
      planOf(logsIn, probe);
      return '';
    } catch (error) {
      return JSON.stringify((error as GreenlightError).problems);
    }
  };
  const observing = byToken.observe('row', {
    port: 'webhooks',
    query: () => ({}) as never,
  });
  const creating = flow('logs-in', { title: 'x', check: false }).request('register', {
    ...post('/register'),
    creates: () => ({ kind: 'account', identity: 'gl-1' }),
  });
  test.each([
    ['a flow that it does not have', byToken.as('another', { title: 'x', check: false }), 'no such flow'],
    ['a flow that creates data', creating, 'nothing is created on the old system'],
    ['a flow that observes', observing, 'steps that are no single requests'],
  ])('for %s', (_, logsIn, words) => {
    for (const probe of [GUARDS, PARITY]) expect(problemsOf(logsIn, probe)).toContain(words);
  });

  test('where nobody says why old may get it, and where nobody is left who is not logged in', () => {
    expect(problemsOf(byToken, { ...PARITY, logIn: { flow: 'logs-in' } })).toContain('harmlessBecause');
    const two = [
      { name: 'a', logIn },
      { name: 'b', logIn },
    ];
    expect(problemsOf(byToken, { ...GUARDS, identities: two })).toContain('without headers');
    expect(problemsOf(byToken, GUARDS)).toBe('');
  });
});
