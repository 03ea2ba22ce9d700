import { gzipSync } from 'node:zlib';
import { answersGo, answersNoGo, answersUnclear, type HazardGroup, ownPlan, type Serve } from './hazard.ts';

/** A flow of one request, in source text. */
function order(members: string, request = `method: 'GET', path: '/order'`): string {
  return `flows: [flow('order-is-right', { title: 'The order is right' })
    .request('order', { request: () => ({ ${request} }), ${members} })],`;
}

const STATUS = 'expect: ({ status }) => [equal("status", status, 200)],';

/** The answer of one path. */
const serving =
  (path: string, answer: NonNullable<ReturnType<Serve>>): Serve =>
  (at) =>
    at.split('?')[0] === path ? answer : undefined;

const limited = (after: string) => ({ status: 429, body: 'slow down', headers: { 'retry-after': after } });

/** A flow that creates, where a release is wanted. */
const CREATES = ownPlan(
  `flows: [flow('visitor-can-register', { title: 'A visitor can register' }).request('register', {
    request: (ctx) => ({ method: 'POST', path: '/customers', json: { mail: ctx.unique() } }),
    creates: (ctx) => ({ kind: 'customer', identity: ctx.unique() }) })],
  created: { customer: { keep: 'the test target forgets it' } },`,
  `release: { path: '/release', id: 'id', commit: 'commit' },`,
);
const WANTED = {
  ...CREATES,
  never: 'POST',
  greenlightArgs: ['--release', '2.4.0', '--commit', 'abcdef1'],
} as const;

const release = (commit: string, headers: Readonly<Record<string, string>> = {}): Serve =>
  serving('/release', { status: 200, body: JSON.stringify({ id: '2.4.0', commit }), headers });

/** What is ours, or a stranger's, in the way of a flow: the target is healthy, or nothing is known of it. */
export const flowsInTheWay: HazardGroup = {
  title: 'A flow that something of ours, or of others, is in the way of',
  lead: 'The plan has flows, and the target did nothing wrong: the plan cannot be meant as it is written, somebody else answers, or our own limits are met. Nothing is created while it is not known what answers.',
  hazards: [
    {
      id: 'request-unknown-key',
      title: 'A request gives its body as `data`, which no request has',
      ...ownPlan(order(STATUS, `method: 'POST', path: '/orders', data: { id: 1 }`)),
      never: 'POST',
      expected: answersUnclear('unknown key "data"'),
    },
    {
      id: 'capture-async',
      title: 'The `capture` of a step is `async`',
      ...ownPlan(order(`${STATUS} capture: async ({ status }) => ({ status }),`)),
      expected: answersUnclear('promise'),
    },
    {
      id: 'release-unknown',
      title: 'A commit is wanted, and the target calls its own "unknown"',
      ...WANTED,
      serve: release('unknown'),
      expected: answersUnclear('wanted-release-runs'),
    },
    {
      id: 'release-from-a-cache',
      title: 'The release document comes with `X-Cache: HIT`',
      ...WANTED,
      serve: release('abcdef1', { 'x-cache': 'HIT' }),
      expected: answersUnclear('wanted-release-runs'),
    },
    {
      id: 'release-aged',
      title: 'The release document comes with `Age: 300`',
      ...WANTED,
      serve: release('abcdef1', { age: '300' }),
      expected: answersUnclear('wanted-release-runs'),
    },
    {
      id: 'third-party-down',
      title: 'A third party that the plan asks answers 503',
      ...ownPlan(
        order(STATUS, `method: 'GET', path: '/errors', endpoint: 'tracker'`),
        `thirdParties: { tracker: process.env.TARGET_URL!.replace('127.0.0.1', 'localhost') },`,
      ),
      serve: serving('/errors', { status: 503, body: 'down' }),
      expected: answersUnclear('third party'),
    },
    {
      id: 'rate-limited-for-an-hour',
      title: 'The target limits our rate, for an hour',
      ...ownPlan(order(STATUS)),
      serve: serving('/order', limited('3600')),
      expected: answersUnclear('rate'),
    },
    {
      id: 'challenge-page',
      title: 'A protection service answers with a challenge page',
      ...ownPlan(order(STATUS)),
      serve: serving('/order', {
        status: 403,
        body: '<title>Just a moment...</title>',
        headers: { 'cf-mitigated': 'challenge', 'content-type': 'text/html' },
      }),
      expected: answersUnclear('Cloudflare'),
    },
    {
      id: 'headers-of-40-kb',
      title: 'The headers of an answer are larger than Node reads',
      ...ownPlan(order(STATUS)),
      serve: serving('/order', { status: 200, body: 'fine', headers: { 'x-large': 'x'.repeat(40_000) } }),
      expected: answersUnclear('headers'),
    },
    {
      id: 'frozen-in-a-step',
      title: 'All of Greenlight stands still for 8 s in a step of 4 s',
      ...ownPlan(order(`${STATUS} budgetMs: 4000,`, `method: 'GET', path: '/slow'`)),
      signal: 'SIGSTOP',
      serve: serving('/slow', { status: 200, body: 'fine', delayMs: 500 }),
      expected: answersUnclear('order-is-right'),
    },
  ],
};

/** What the target did, told apart from all that. */
export const flowsOfTheTarget: HazardGroup = {
  title: 'What a flow sees of the target',
  lead: 'The other half: here the target itself is at fault, or does what only looks like one.',
  hazards: [
    {
      id: 'home-redirects',
      title: 'The home page redirects',
      fine: true,
      ...ownPlan(
        `probes: [{ id: 'pages-answer', title: 'Pages answer', kind: 'endpoints', paths: ['/'] }], ${order(STATUS)}`,
      ),
      serve: serving('/', { status: 302, body: '', headers: { location: '/en' } }),
      expected: answersGo('blocking checks passed'),
    },
    {
      id: 'rate-limited-once',
      title: 'The target limits our rate once, for a second',
      fine: true,
      ...ownPlan(order(STATUS)),
      serve: (at, times) => (at === '/order' && times === 1 ? limited('1') : undefined),
      expected: answersGo('blocking checks passed'),
    },
    {
      id: 'rate-limited-still',
      title: 'It limits our rate still, after a wait as it told',
      target: 'broken',
      ...ownPlan(`rateLimit: { waitMs: 2000 }, ${order(`${STATUS} budgetMs: 2000,`)}`),
      serve: serving('/order', limited('1')),
      expected: answersNoGo('order-is-right'),
    },
    {
      id: 'journey-breaks',
      title: 'A journey of three checks meets a 500 in its second; of the third nothing is known',
      target: 'broken',
      ...ownPlan(`flows: [flow('visitor-gets-an-account', { title: 'A visitor gets an account' })
        .request('register', { check: 'registration-is-taken', title: 'The form is taken',
          request: () => ({ method: 'GET', path: '/register' }) })
        .request('confirm', { check: 'address-is-confirmed', title: 'The address is confirmed',
          request: () => ({ method: 'GET', path: '/confirm' }) })
        .request('log in', { check: 'visitor-can-log-in', title: 'The visitor can log in',
          request: () => ({ method: 'GET', path: '/login' }) })],`),
      serve: serving('/confirm', { status: 500, body: 'broken' }),
      expected: answersNoGo('(visitor-can-log-in): could not tell'),
    },
    {
      id: 'gzip-cut-short',
      title: 'A body in gzip ends in its middle',
      target: 'broken',
      ...ownPlan(order(STATUS)),
      serve: serving('/order', {
        status: 200,
        body: gzipSync(JSON.stringify({ lines: Array.from({ length: 500 }, (_, id) => ({ id })) })).subarray(
          0,
          400,
        ),
        headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' },
      }),
      expected: answersNoGo('order-is-right'),
    },
    {
      id: 'number-beyond-2-53',
      title: 'The id 9007199254740993 where 9007199254740992 is right',
      target: 'broken',
      ...ownPlan(order('expect: ({ body }: any) => [equal("id", body.id, 9007199254740992n)],')),
      serve: serving('/order', { status: 200, body: '{"id":9007199254740993}' }),
      expected: answersNoGo('order-is-right'),
    },
    {
      id: 'number-beyond-2-53-right',
      title: 'The id 9007199254740993 where it is right',
      fine: true,
      ...ownPlan(order('expect: ({ body }: any) => [equal("id", body.id, 9007199254740993n)],')),
      serve: serving('/order', { status: 200, body: '{"id":9007199254740993}' }),
      expected: answersGo('blocking checks passed'),
    },
  ],
};
