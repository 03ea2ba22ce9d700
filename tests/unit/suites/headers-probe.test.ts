import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import type { ResponseView, WireRequest } from '../../../contract/flow/http.ts';
import { Probe } from '../../../contract/plan/probe.ts';
import { probeProblems } from '../../../contract/plan/probe.ts';
import { TargetUnreachable } from '../../../contract/ports/application.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { createControl } from '../../../suites/control.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { probeHeaders } from '../../../suites/probes/headers-probe.ts';
import { listen, type Listening } from './run-flow-on.ts';

type Given = Readonly<Record<string, unknown>>;
type Answer = Partial<ResponseView>;

const planned = (over: Given): Extract<Probe, { kind: 'headers' }> =>
  Probe.parse({ kind: 'headers', id: 'headers', title: 'x', ...over }) as Extract<Probe, { kind: 'headers' }>;

const GOOD: Readonly<Record<string, string>> = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'content-security-policy': "default-src 'self'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'set-cookie': 'session=s3cr3t-value; Path=/; Secure; HttpOnly; SameSite=Lax',
};
const TO_HTTPS: Answer = { status: 301, headers: { location: 'https://shop.test/' } };

/** A site that sends these headers over https, and over http what `plain` says. */
function look(
  over: Given,
  headers: Readonly<Record<string, string | undefined>> = {},
  plain: (request: WireRequest) => Answer = () => TO_HTTPS,
  more: (request: WireRequest) => Answer = () => ({}),
): Promise<Finding> {
  const sent = Object.fromEntries(
    Object.entries({ ...GOOD, ...headers }).filter(([, value]) => value !== undefined),
  );
  const tools = {
    application: {
      send: async (request: WireRequest) => {
        const usual = { status: 200, headers: sent as Record<string, string>, body: '', durationMs: 1 };
        if (request.url.startsWith('http:')) return { ...usual, headers: {}, ...plain(request) };
        const own = more(request);
        return { ...usual, ...own, headers: { ...usual.headers, ...own.headers } };
      },
    },
    urls: { app: 'https://shop.test' },
    control: createControl(undefined),
  };
  return probeFinding('headers', () => probeHeaders(planned(over), tools));
}

const wrongOf = ({ detail }: Finding): readonly string[] =>
  detail?.kind === 'probe' ? detail.statements.filter(({ ok }) => !ok).map(({ name }) => name) : [];

test('a site that sends what every site should', async () => {
  const finding = await look({});
  expect(finding, finding.summary).toMatchObject({ outcome: 'pass', sampleSize: 8 });
  expect(JSON.stringify(finding)).not.toContain('s3cr3t-value');
});

const HSTS = 'strict-transport-security';
const CSP = 'content-security-policy';
const FRAMES = 'who may frame the page of /';
type Case = [
  what: string,
  headers: Readonly<Record<string, string | undefined>>,
  wrong: readonly string[],
  over?: Given,
];

describe('headers, as browsers read them', () => {
  test.each<Case>([
    ['no HSTS', { [HSTS]: undefined }, [`${HSTS} of /`]],
    ['HSTS for an hour', { [HSTS]: 'max-age=3600' }, [`${HSTS}: max-age of /`]],
    ['HSTS that is switched off', { [HSTS]: 'max-age=0' }, [`${HSTS}: max-age of /`]],
    ['HSTS in capitals and quotes', { [HSTS]: 'INCLUDESUBDOMAINS ;Max-Age="31536000"' }, []],
    ['HSTS twice, the first one weak', { [HSTS]: 'max-age=0, max-age=31536000' }, [`${HSTS}: max-age of /`]],
    ['HSTS twice, the first one strong', { [HSTS]: 'max-age=31536000, max-age=0' }, []],
    [
      'HSTS with a comma for a semicolon',
      { [HSTS]: 'max-age=31536000, includeSubDomains' },
      [`${HSTS} of /`],
    ],
    ['HSTS with max-age twice', { [HSTS]: 'max-age=31536000; max-age=0' }, [`${HSTS} of /`]],
    ['HSTS without a number', { [HSTS]: 'max-age=1y' }, [`${HSTS} of /`]],
    [
      'HSTS without preload',
      {},
      [`${HSTS}: preload of /`],
      { hsts: { includeSubDomains: true, preload: true } },
    ],
    ['HSTS that nobody wants', { [HSTS]: undefined }, [], { hsts: false }],

    ['no policy', { [CSP]: undefined }, [`${CSP} of /`]],
    [
      'a policy that only reports',
      { [CSP]: undefined, [`${CSP}-report-only`]: "default-src 'self'" },
      [`${CSP} of /`],
    ],
    ['an empty policy', { [CSP]: ' ; ' }, [`${CSP} of /`]],
    [
      'directives in another order and case',
      { [CSP]: "OBJECT-SRC 'NONE'; default-src https: 'self'" },
      [],
      { csp: { directives: ["default-src 'self' https:", 'object-src'] } },
    ],
    [
      'a directive in the second policy',
      { [CSP]: "default-src 'self', object-src 'none'" },
      [],
      { csp: { directives: ["object-src 'none'"] } },
    ],
    [
      'a directive of which the first counts',
      { [CSP]: "object-src *; object-src 'none'" },
      [`${CSP}: object-src of /`],
      { csp: { directives: ["object-src 'none'"] } },
    ],
    [
      'a directive with one source more',
      { [CSP]: "default-src 'self' *" },
      [`${CSP}: default-src of /`],
      { csp: { directives: ["default-src 'self'"] } },
    ],
    ['a policy that nobody wants', { [CSP]: undefined }, [], { csp: false }],

    ['no nosniff', { 'x-content-type-options': undefined }, ['x-content-type-options of /']],
    ['nosniff twice', { 'x-content-type-options': 'NoSniff, nosniff' }, []],
    ['another word first', { 'x-content-type-options': 'sniff, nosniff' }, ['x-content-type-options of /']],

    ['nothing about frames', { 'x-frame-options': undefined }, [FRAMES]],
    ['frames for the site itself', { 'x-frame-options': 'sameorigin' }, []],
    ['the same twice', { 'x-frame-options': 'DENY, deny' }, []],
    ['a word that browsers forgot', { 'x-frame-options': 'ALLOW-FROM https://a.example' }, [FRAMES]],
    ['the policy alone', { 'x-frame-options': undefined, [CSP]: "frame-ancestors 'self' *.example.com" }, []],
    ['a policy that goes before the header', { [CSP]: 'frame-ancestors *' }, [FRAMES]],
    ['a policy for a whole scheme', { [CSP]: 'frame-ancestors https:' }, [FRAMES]],
    [
      'two policies, of which the narrow one decides',
      { [CSP]: "frame-ancestors *, frame-ancestors 'none'" },
      [],
    ],

    ['no referrer policy', { 'referrer-policy': undefined }, ['referrer-policy of /']],
    ['a referrer policy that tells all', { 'referrer-policy': 'unsafe-url' }, ['referrer-policy of /']],
    ['a fallback list', { 'referrer-policy': 'unsafe-url, Strict-Origin, of-tomorrow' }, []],
    ['one that the plan allows', { 'referrer-policy': 'origin' }, [], { referrerPolicy: ['origin'] }],

    [
      'caching as wanted',
      { 'cache-control': 'Public, max-age="600"' },
      [],
      { cacheControl: { with: ['public'], without: ['no-store'], maxAgeAtLeast: 60, maxAgeAtMost: 600 } },
    ],
    [
      'caching that is too long, and private',
      { 'cache-control': 'private="a, b", max-age=601' },
      ['cache-control: public of /', 'cache-control: no private of /', 'cache-control: max-age of /'],
      { cacheControl: { with: ['public'], without: ['private'], maxAgeAtMost: 600 } },
    ],
    [
      'nothing about caching',
      {},
      ['cache-control: no-store of /', 'cache-control: max-age of /'],
      { cacheControl: { with: ['no-store'], maxAgeAtLeast: 1 } },
    ],
    ['an old answer', { age: '61' }, ['age of /'], { ageAtMost: 60 }],
    ['an answer that is fresh', { age: '60, 900' }, [], { ageAtMost: 60 }],
    ['an answer out of no cache', {}, [], { ageAtMost: 60 }],
  ])('%s', async (_, headers, wrong, over = {}) => {
    const finding = await look(over, headers);
    expect(wrongOf(finding), finding.summary).toEqual(wrong);
    expect(finding.outcome).toBe(wrong.length === 0 ? 'pass' : 'fail');
    if (wrong.length > 0) expect(finding.cause).toBe('header');
  });
});

describe('cookies', () => {
  const FLAGS = 'Secure; HttpOnly; SameSite=Lax';
  test.each<[string, string, readonly string[], Given?]>([
    ['none', '', []],
    [
      'in any case and order',
      'a=1; samesite=STRICT; HTTPONLY; secure; expires=Wed, 01 Jan 2098 00:00:00 GMT',
      [],
    ],
    ['without Secure', 'a=1; HttpOnly; SameSite=Lax', ['cookie a of /']],
    ['with flags inside of the value only', 'a=Secure HttpOnly SameSite=Lax', ['cookie a of /']],
    ['without SameSite', 'a=1; Secure; HttpOnly', ['cookie a of /']],
    ['with SameSite of no meaning', 'a=1; Secure; HttpOnly; SameSite=Loose', ['cookie a of /']],
    [
      'with SameSite=None that the plan allows',
      'a=1; Secure; HttpOnly; SameSite=None',
      [],
      { sameSite: ['None'] },
    ],
    ['the second of two', `a=1; ${FLAGS}\nb=2; Secure`, ['cookie b of /']],
    ['that scripts read', 'xsrf=1; Secure; SameSite=Lax', [], { readByScripts: ['xsrf'] }],
    ['of a load balancer', 'AWSALB=1; Path=/', [], { ignore: ['AWSALB'] }],
    ['that is deleted', 'a=; Max-Age=0\nb=; Expires=Thu, 01 Jan 1970 00:00:00 GMT', []],
    [
      'that only seems to be deleted',
      'a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      ['cookie a of /'],
    ],
    ['without a name', 's3cr3t-value; Secure', ['cookie without a name of /']],
  ])('%s', async (_, cookies, wrong, over) => {
    const finding = await look(over === undefined ? {} : { cookies: over }, { 'set-cookie': cookies });
    expect(wrongOf(finding), finding.summary).toEqual(wrong);
    expect(JSON.stringify(finding)).not.toContain('s3cr3t-value');
    expect((await look({ cookies: false }, { 'set-cookie': cookies })).outcome).toBe('pass');
  });
});

describe('the http address', () => {
  const refused = (): never => {
    throw new TargetUnreachable('refused', 'ECONNREFUSED');
  };
  test.each<[string, (request: WireRequest) => Answer, readonly string[], Given?]>([
    ['redirects for good', () => ({ status: 308, headers: { location: 'HTTPS://SHOP.test/x' } }), []],
    ['answers itself', () => ({ status: 200 }), ['http of /']],
    ['redirects to http', () => ({ status: 301, headers: { location: '/en' } }), ['http of /']],
    [
      'redirects to another host',
      () => ({ status: 301, headers: { location: 'https://www.shop.test/' } }),
      ['http of /'],
    ],
    ['redirects to nowhere', () => ({ status: 301 }), ['http of /']],
    ['is closed', refused, ['http of /']],
    ['is closed, as the plan allows', refused, [], { closed: true }],
    [
      'is elsewhere',
      ({ url }) => (url === 'http://shop.test:8080/' ? TO_HTTPS : {}),
      [],
      { from: 'http://shop.test:8080' },
    ],
  ])('%s', async (_, plain, wrong, https) => {
    const finding = await look(https === undefined ? {} : { https }, {}, plain);
    expect(wrongOf(finding), finding.summary).toEqual(wrong);
    expect((await look({ https: false }, {}, refused)).outcome).toBe('pass');
  });

  test('gets no headers of the plan, and no query of it is shown', async () => {
    const asked: WireRequest[] = [];
    const finding = await look({ headers: { authorization: 'Bearer s3cr3t-value' } }, {}, (request) => {
      asked.push(request);
      return { status: 302, headers: { location: 'https://other.test/?token=s3cr3t-value' } };
    });
    expect(asked.map(({ headers }) => headers)).toEqual([{}]);
    expect(finding.outcome).toBe('fail');
    expect(JSON.stringify(finding)).not.toContain('s3cr3t-value');
  });
});

test('a page that is only there over http has no headers that count', async () => {
  const finding = await look(
    {},
    {},
    ({ url }) => (url === 'http://shop.test/home' ? { status: 200, headers: GOOD } : TO_HTTPS),
    () => ({ status: 302, headers: { location: 'http://shop.test/home' } }),
  );
  expect(wrongOf(finding), finding.summary).toEqual(['status of /']);
});

describe('cors', () => {
  const OURS = 'https://app.test';
  const allow = (origin: string | undefined, credentials?: string) => ({
    headers: {
      ...(origin === undefined ? {} : { 'access-control-allow-origin': origin }),
      ...(credentials === undefined ? {} : { 'access-control-allow-credentials': credentials }),
    },
  });
  const only = ({ headers }: WireRequest): Answer =>
    allow(headers['origin'] === OURS ? OURS : undefined, 'true');
  const [own, foreign] = [`cors of / for ${OURS}`, 'cors of / for https://foreign.example'];
  test.each<[string, (request: WireRequest) => Answer, Given, readonly string[]]>([
    ['one origin is let in', only, { allow: [OURS], credentials: true }, []],
    ['one fixed origin is named to everybody', () => allow(OURS), { allow: [OURS] }, []],
    ['nobody is let in', () => ({}), { allow: [OURS] }, [own]],
    [
      'every origin is reflected',
      ({ headers }) => allow(headers['origin'], 'true'),
      { allow: [OURS] },
      [foreign],
    ],
    ['everybody is let in', () => allow('*'), { allow: [OURS] }, [foreign]],
    ['everybody is let in, as the plan says', () => allow('*'), { anyOrigin: true }, []],
    [
      'every origin is reflected where * is wanted',
      ({ headers }) => allow(headers['origin']),
      { anyOrigin: true },
      [foreign],
    ],
    ['frames without an origin are let in', () => allow('null'), {}, [foreign]],
    [
      '* goes with no credentials',
      () => allow('*', 'true'),
      { allow: [OURS], credentials: true, anyOrigin: true },
      [own],
    ],
    ['credentials are missing', () => allow(OURS), { allow: [OURS], credentials: true }, [own]],
    [
      'the page that it leads to lets everybody in',
      ({ url }) =>
        url === 'https://shop.test/' ? { status: 302, headers: { location: '/de/' } } : allow('*'),
      { allow: [OURS] },
      [foreign],
    ],
    [
      'an error page lets nobody in',
      ({ headers }) => (headers['origin'] === undefined ? {} : { status: 502 }),
      {},
      ['status of / for https://foreign.example'],
    ],
    [
      'strangers are turned away',
      ({ headers }) => (headers['origin'] === 'https://foreign.example' ? { status: 403 } : {}),
      {},
      [],
    ],
    ['the header comes twice', () => allow(`${OURS}, ${OURS}`), { allow: [OURS] }, [own]],
  ])('%s', async (_, more, cors, wrong) => {
    const finding = await look({ cors }, {}, undefined, more);
    expect(wrongOf(finding), finding.summary).toEqual(wrong);
  });
});

describe('what is no header', () => {
  test('another status fails, and an error page is not looked at', async () => {
    const finding = await look({}, { [HSTS]: undefined }, undefined, () => ({ status: 500 }));
    expect([finding.outcome, finding.cause, wrongOf(finding)]).toEqual(['fail', 'status', ['status of /']]);
  });

  test('a limit of our rate, and a dead network of ours, say nothing', async () => {
    const limited = await look({}, {}, undefined, () => ({ status: 429, headers: { 'retry-after': '900' } }));
    expect(limited).toMatchObject({ outcome: 'unknown', cause: 'rate-limited' });
    const dead = await look({}, {}, undefined, () => {
      throw new TargetUnreachable('resolver-silent', 'EAI_AGAIN');
    });
    expect(dead).toMatchObject({ outcome: 'unknown', cause: 'resolver-silent' });
  });

  test.each<[string, string, Given, readonly string[]]>([
    ['http', 'http://shop.test', {}, ['probes[0].endpoint']],
    ['http, where nothing of it is wanted', 'http://shop.test', { https: false, hsts: false }, []],
    ['a port of its own', 'https://shop.test:8443', {}, ['probes[0].https']],
    [
      'a port of its own, and that of http',
      'https://shop.test:8443',
      { https: { from: 'http://shop.test' } },
      [],
    ],
    ['no such name', 'https://shop.test', { endpoint: 'ap' }, ['probes[0].endpoint']],
    ['https', 'https://shop.test', {}, []],
  ])('an address of %s in the plan', (_, app, over, paths) => {
    const plan = {
      target: { urls: { app } },
      probes: [{ kind: 'headers', id: 'headers', title: 'x', ...over }],
    };
    expect(probeProblems(plan).map(({ path }) => path)).toEqual(paths);
  });
});

describe('over a real connection', () => {
  let site: Listening;
  const text = 'word '.repeat(1000);
  beforeAll(async () => {
    site = await listen((request, response) => {
      response.setHeader('set-cookie', ['a=1, 2; Secure; HttpOnly; SameSite=Lax', 'b=2; Secure']);
      response.setHeader('content-type', request.url === '/image' ? 'image/png' : 'text/html');
      // Each of them is a line of its own.
      response.setHeader(CSP, ["default-src 'self'", "frame-ancestors 'none'"]);
      if (request.url === '/moved') response.writeHead(302, { location: '/packed' }).end();
      else if (request.url === '/packed') response.setHeader('content-encoding', 'gzip').end(gzipSync(text));
      else response.end(request.url === '/short' ? 'x' : text);
    });
  });
  afterAll(() => site.close());

  const ask = (over: Given): Promise<Finding> => {
    const probe = planned({ https: false, hsts: false, nosniff: false, referrerPolicy: false, ...over });
    const tools = {
      application: createHttpApplication(),
      urls: { app: site.url },
      control: createControl(undefined),
    };
    return probeFinding('headers', () => probeHeaders(probe, tools));
  };

  test('headers and cookies that come several times', async () => {
    const finding = await ask({ csp: { directives: ['default-src', 'frame-ancestors'] } });
    expect(wrongOf(finding), finding.summary).toEqual(['cookie b of /']);
    expect(finding.measured).toBe('Secure');
  });

  test.each([
    ['/packed', 'pass', undefined],
    ['/moved', 'pass', undefined],
    ['/plain', 'fail', 'header'],
    ['/short', 'unknown', 'nothing-to-compress'],
    ['/image', 'unknown', 'nothing-to-compress'],
  ])('compression of %s: %s', async (path, outcome, cause) => {
    const finding = await ask({ paths: [path], cookies: false, compression: true });
    expect([finding.outcome, finding.cause], finding.summary).toEqual([outcome, cause]);
    // A fault that was seen is not hidden by what could not be told.
    const both = await ask({ paths: [path, '/plain'], cookies: false, compression: true });
    expect(both.outcome).toBe('fail');
  });
});
