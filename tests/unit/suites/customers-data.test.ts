import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { flow, type Flow } from '../../../contract/flow/flow.ts';
import type { ResponseView } from '../../../contract/flow/http.ts';
import { Probe } from '../../../contract/plan/probe.ts';
import { shapeOf } from '../../../contract/flow/shape-of.ts';
import { equal, holds } from '../../../contract/flow/statement.ts';
import { createControl } from '../../../suites/control.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { probeHealth } from '../../../suites/probes/health-probe.ts';
import { flowRunOn } from './run-flow-on.ts';
import { runFlow } from '../../../suites/flows/run-flow.ts';

const ADDRESS = 'eve.example@example.com';
const NAME = 'Eve Miller';
const ID = '3f2b8c1e-9d4a-4b6f-8e21-0a7c5d9e1f34';
/** Whatever of a customer must stand nowhere in a finding. */
const CUSTOMER = [ADDRESS, NAME, ID, '+44 20 7946 0958'];
const customer = {
  id: ID,
  email: ADDRESS,
  name: NAME,
  phone: '+44 20 7946 0958',
  orders: 3,
  state: 'active',
};

const ask = { request: () => ({ method: 'GET', path: '/users' }) as const };
const application = (answer: Partial<ResponseView>) => ({
  send: async () => ({ status: 200, headers: {}, body: {}, durationMs: 1, ...answer }),
});
const over = (subject: Flow, answer: Partial<ResponseView>) =>
  runFlow(flowRunOn('http://shop.test', subject, { application: application(answer) }));

const expecting = (expect: unknown) => (showValues: boolean) =>
  over(flow('a', { title: 'a' }).request('ask', { ...ask, showValues, expect: expect as never }), {
    body: customer,
  });
const answering = (answer: Partial<ResponseView>, response?: z.ZodType) => (showValues: boolean) =>
  over(
    flow('a', { title: 'a', showValues }).request('ask', { ...ask, ...(response && { response }) }),
    answer,
  );

const looking = (seen: unknown, expect: unknown) => (showValues: boolean) =>
  runFlow(
    flowRunOn(
      'http://shop.test',
      flow('a', { title: 'a', showValues }).observe('look', {
        port: 'records',
        query: () => ({ from: 'customers', where: {} }),
        withinMs: 1,
        expect: expect as never,
      }),
      { port: () => ({ find: async () => seen }) as never },
    ),
  );

const journal = { strange: async () => undefined, told: () => '', shows: () => [], failures: () => [] };

const paged = (actual: string) => (showValues: boolean) => {
  const failed = Object.assign(new Error('expect(locator).toHaveText(expected) failed'), {
    matcherResult: { name: 'toHaveText', actual, expected: 'Welcome' },
  });
  return runFlow(
    flowRunOn(
      'http://shop.test',
      flow('a', { title: 'a' }).page('see', { showValues, run: () => Promise.reject(failed) }),
      { openPage: () => Promise.resolve({ page: {}, journal } as never) },
    ),
  );
};

const health = (status: number, document: unknown, schema: z.ZodType) => (showValues: boolean) => {
  const probe = Probe.parse({
    id: 'health',
    title: 'x',
    kind: 'health',
    path: '/health',
    schema,
    witnesses: [{ path: '/witness' }],
    showValues,
  }) as Extract<Probe, { kind: 'health' }>;
  const send = async ({ url }: { url: string }) => ({
    status: url.endsWith('/witness') ? 503 : status,
    headers: {},
    body: document,
    durationMs: 1,
  });
  const tools = {
    application: { send },
    urls: { app: 'http://shop.test' },
    control: createControl(undefined),
  };
  return probeFinding('health', () => probeHealth(probe, tools));
};

/** Each with what people need at night, and what only `showValues` shows. */
const MEMBERS: readonly (readonly [string, (showValues: boolean) => Promise<Finding>, string, string])[] = [
  [
    'a compared mail address',
    expecting(({ body }: { body: typeof customer }) => [equal('address', body.email, 'eve@example.com')]),
    'a text of 23 characters (another one from character 4 on), expected eve@example.com',
    ADDRESS,
  ],
  [
    'a compared name',
    expecting(({ body }: { body: typeof customer }) => [equal('name', body.name, 'paid')]),
    'name: a text of 10 characters, expected paid',
    NAME,
  ],
  [
    'a compared identity',
    expecting(({ body }: { body: typeof customer }) => [equal('id', body.id, 7)]),
    'id: a text of 36 characters, expected 7',
    ID,
  ],
  [
    'an expectation out of the answer',
    expecting(({ body }: { body: typeof customer }) => [equal('name', body.orders, body.name)]),
    'name: 3, expected a text of 10 characters',
    NAME,
  ],
  [
    'a whole body',
    expecting(({ body }: { body: unknown }) => [holds('customer', false, body, 'none')]),
    '"orders":3,"state":"active"',
    ADDRESS,
  ],
  [
    'the body of a wrong status',
    answering({ status: 500, body: { error: 'no_session', of: customer } }),
    'status: 500 {"error":"no_session"',
    ADDRESS,
  ],
  [
    'a text with a wrong status',
    answering({ status: 404, body: `no user ${ADDRESS}` }),
    'status: 404 a text of 31 characters',
    ADDRESS,
  ],
  [
    'a value that breaks the shape',
    answering({ body: customer }, z.object({ email: z.number() })),
    'body.email: a text of 23 characters, expected number',
    ADDRESS,
  ],
  [
    'a list that breaks the shape',
    answering({ body: { users: [customer, customer] } }, z.object({ users: z.string() })),
    'and 1 more], expected string',
    ADDRESS,
  ],
  [
    'a key that is data',
    answering({ body: { [ADDRESS]: 'x' } }, z.record(z.string(), z.number())),
    'body.[a text of 23 characters]: x, expected number',
    ADDRESS,
  ],
  [
    'a body that is no JSON',
    answering({ undecodable: 'not JSON', text: `<p>${NAME}` }),
    'not JSON: a text of 13 characters',
    NAME,
  ],
  [
    'a cell of a row',
    looking({ rows: [customer] }, ({ body }: { body: { rows: (typeof customer)[] } }) => [
      equal('name', body.rows[0]?.name, 'Eva'),
    ]),
    'name: a text of 10 characters (another one from character 3 on), expected Eva',
    NAME,
  ],
  [
    'the text of a mail',
    looking({ text: `Dear ${NAME}` }, ({ body }: { body: { text: string } }) => [
      holds('greeting', false, body.text, 'a name'),
    ]),
    'greeting: a text of 15 characters, expected a name',
    NAME,
  ],
  ['the text of a page', paged(`Hello ${NAME}`), 'a text of 16 characters, expected Welcome', NAME],
  [
    'a health document that breaks its shape',
    health(200, { owner: ADDRESS }, z.object({ owner: z.number() })),
    'body.owner: a text of 23 characters',
    ADDRESS,
  ],
  [
    'a health document that lies',
    health(200, { status: 'ok', owner: ADDRESS }, z.object({})),
    'Health claims {"status":"ok","owner":a text of 23 characters}',
    ADDRESS,
  ],
];

describe("customers' data", () => {
  test.each(MEMBERS)(
    '%s is shown by its shape, in the finding and in every statement of it',
    async (_, look, words) => {
      const finding = await look(false);
      expect(finding.outcome).toBe('fail');
      expect(finding.summary).toContain(words);
      for (const value of CUSTOMER) expect(JSON.stringify(finding)).not.toContain(value);
    },
  );

  test.each(MEMBERS)('%s is shown where the plan asks for it', async (_, look, _words, value) => {
    const finding = await look(true);
    expect(finding.outcome).toBe('fail');
    expect(finding.summary).toContain(value);
  });

  // What people need at three in the morning, and is about nobody.
  test.each([
    ['a number', 1999, 2000, '1999, expected 2000'],
    ['a truth', true, false, 'true, expected false'],
    ['nothing', undefined, 'paid', 'nothing, expected paid'],
    ['a state', 'pending', 'paid', 'pending, expected paid'],
    ['a state in capitals', 'PENDING', 'PAID', 'PENDING, expected PAID'],
    ['a state of two words', 'PaymentDeclined', 'PaymentSettled', 'PaymentDeclined, expected PaymentSettled'],
    ['an event', 'charge.failed', 'charge.refunded', 'charge.failed, expected charge.refunded'],
    ['an amount as text', '19.99', '20.00', '19.99, expected 20.00'],
    [
      'what this run made',
      'gl-r1-w0-a-r1-1@example.com',
      'gl-r1-w0-a-r1-2@example.com',
      'gl-r1-w0-a-r1-1@example.com, expected',
    ],
  ])('%s stays', async (_, measured, expected, words) => {
    const finding = await expecting(() => [equal('it', measured, expected)])(false);
    expect(finding.summary).toContain(`it: ${words}`);
  });

  test('what a plan expects and the target says stays; what came out of another answer does not', async () => {
    const passed = await expecting(({ body }: { body: typeof customer }) => [equal('name', body.name, NAME)])(
      false,
    );
    expect(passed.outcome).toBe('pass');
    expect(JSON.stringify(passed)).toContain(NAME);
    const subject = flow('a', { title: 'a' })
      .request('first', { ...ask, capture: () => ({ email: ADDRESS }) })
      .request('then', {
        ...ask,
        expect: ({ captured }) => [equal('address', captured.email, captured.email)],
      });
    const finding = await over(subject, { body: customer });
    expect(finding.outcome).toBe('pass');
    expect(JSON.stringify(finding)).not.toContain(ADDRESS);
  });

  test('a shape is bounded, and says what is left out', () => {
    expect(shapeOf({ a: { b: { c: { d: ADDRESS } } } })).toBe('{"a":{"b":{"c":an object with 1 key}}}');
    expect(shapeOf([1, 2, 3])).toBe('[1, and 2 more]');
    expect(shapeOf({ card: 4242424242424242, [ADDRESS]: 1 })).toBe('{"card":a long number,and 1 more}');
    expect(shapeOf('')).toBe('an empty text');
  });
});
