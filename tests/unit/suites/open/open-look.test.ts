import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../../../contract/evidence/finding.ts';
import type { ResponseView } from '../../../../contract/flow/http.ts';
import { Probe } from '../../../../contract/plan/probe.ts';
import { FILES, tellsOfErrors } from '../../../../suites/open/telling-texts.ts';
import { createHttpApplication } from '../../../../safety/http-application.ts';
import { CannotTell } from '../../../../suites/cannot-tell.ts';
import { createControl } from '../../../../suites/control.ts';
import { probeOpen } from '../../../../suites/open/open-look.ts';
import { fillIn } from '../../../../suites/open/visitors.ts';
import { probeFinding, type ProbeTools } from '../../../../suites/probe-finding.ts';
import { listen, type Listening } from '../run-flow-on.ts';

type Given = Readonly<Record<string, unknown>>;
interface Page {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
type Pages = Readonly<Record<string, Page | ((request: IncomingMessage) => Page)>>;

let site: Listening | undefined;
afterEach(() => site?.close());

async function look(over: Given, pages: Pages, by: Partial<ProbeTools> = {}): Promise<Finding> {
  await site?.close();
  site = await listen((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://x');
    const page = pages[request.url ?? ''] ??
      pages[pathname] ??
      pages['*'] ?? { status: 404, body: 'Not found' };
    const { status = 200, headers = {}, body = '' } = typeof page === 'function' ? page(request) : page;
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body);
  });
  const probe = Probe.parse({ kind: 'open', id: 'open', title: 'x', ...over }) as Extract<
    Probe,
    { kind: 'open' }
  >;
  const tools = {
    application: createHttpApplication(),
    urls: { app: site.url },
    control: createControl(undefined),
    ...by,
  };
  return probeFinding('open', () => probeOpen(probe, tools));
}

const LOG_IN = '<form action="/login"><input name="user"><input type="password" name="pw"></form>';

describe('who is not logged in', () => {
  type Case = [what: string, page: Page, outcome: string, cause?: string, over?: Given];
  test.each<Case>([
    ['is refused with 401', { status: 401 }, 'pass'],
    ['is refused with 403', { status: 403, body: '<h1>Forbidden</h1>' }, 'pass'],
    ['is sent to the log-in', { status: 302, headers: { location: '/users/sign_in?next=%2Fadmin' } }, 'pass'],
    [
      'is sent to the log-in of another host',
      { status: 302, headers: { location: 'https://sso.example.net/start' } },
      'pass',
    ],
    ['gets the log-in with 200', { body: LOG_IN }, 'pass'],
    ['is let in', { body: '[{"order":1}]' }, 'fail', 'lets-anybody-in'],
    ['is let in by 204', { status: 204 }, 'fail', 'lets-anybody-in'],
    ['breaks it', { status: 500 }, 'fail', 'lets-anybody-in'],
    ['finds nothing', { status: 404 }, 'unknown', 'not-there'],
    ['lacks a parameter, which is no guard', { status: 400 }, 'unknown', 'odd'],
    [
      'is sent to a page about authors',
      { status: 302, headers: { location: '/authors/catalogue' } },
      'unknown',
      'sent-on',
    ],
    [
      'finds nothing, which the plan says is a refusal',
      { status: 404 },
      'pass',
      undefined,
      { refusedWith: [404] },
    ],
    [
      'is sent to a place that nobody knows',
      { status: 302, headers: { location: '/welcome?login' } },
      'unknown',
      'sent-on',
    ],
    [
      'is sent there, which the plan names',
      { status: 302, headers: { location: '/welcome' } },
      'pass',
      undefined,
      { logInAt: '/welcome' },
    ],
    [
      'meets a protection service',
      { status: 403, headers: { 'cf-mitigated': 'challenge' } },
      'unknown',
      'challenge-page',
    ],
  ])('%s', async (_what, page, outcome, cause, over) => {
    const finding = await look({ refused: ['/admin'], ...over }, { '/admin': page });
    expect(finding, finding.summary).toMatchObject({ outcome, ...(cause && { cause }) });
    if (outcome !== 'pass') expect(finding.remedy).toBeTruthy();
  });

  test('only GET, HEAD and OPTIONS can be asked, and what is asked is', async () => {
    const refused = [
      { path: '/a', method: 'HEAD' },
      { path: '/a', method: 'OPTIONS' },
    ];
    expect((await look({ refused }, { '/a': { status: 401 } })).outcome).toBe('pass');
    expect(site?.asked).toEqual(['HEAD /a', 'OPTIONS /a']);
    const post = { kind: 'open', id: 'open', title: 'x', refused: [{ path: '/a', method: 'POST' }] };
    expect(Probe.safeParse(post).success).toBe(false);
  });

  test('a page that answers HEAD may be that of the log-in; what is no page is none', async () => {
    const given = { refused: [{ path: '/a', method: 'HEAD' }] };
    expect(await look(given, { '/a': {} })).toMatchObject({ outcome: 'unknown', cause: 'not-told-apart' });
    const data = { headers: { 'content-type': 'text/csv' } };
    expect(await look(given, { '/a': data })).toMatchObject({ outcome: 'fail', cause: 'lets-anybody-in' });
  });

  test('a path with a slash at its end is the same place; what is not told hides no fault', async () => {
    const pages = {
      '/admin': { status: 301, headers: { location: '/admin/' } },
      '/admin/': { body: 'Welcome, admin' },
    };
    expect(await look({ refused: ['/gone', '/admin'] }, pages)).toMatchObject({
      outcome: 'fail',
      cause: 'lets-anybody-in',
    });
  });

  describe('is sent on within the site', () => {
    const sent = (location: string): Page => ({ status: 302, headers: { location } });
    const refused = ['/admin'];
    test.each<[string, Pages, string, string?]>([
      ['to a page below that is open', { '/admin/home': { body: 'Orders' } }, 'fail', 'lets-anybody-in'],
      ['to a page below that is guarded', { '/admin/home': { status: 401 } }, 'pass'],
      ['to a page below that is the log-in', { '/admin/home': { body: LOG_IN } }, 'pass'],
      ['to a page below, and from there to the log-in', { '/admin/home': sent('/login') }, 'pass'],
      ['from page to page', { '/admin/home': sent('/admin/home') }, 'unknown', 'sent-on'],
      ['to a page below that is not there', {}, 'unknown', 'sent-on'],
    ])('%s', async (_what, pages, outcome, cause) => {
      const finding = await look({ refused }, { '/admin': sent('/admin/home'), ...pages });
      expect(finding, finding.summary).toMatchObject({ outcome, ...(cause && { cause }) });
    });

    test.each<[string, Pages, string]>([
      ['the log-in, whatever comes there', { '/login': { status: 503 } }, 'pass'],
      ['a log-in without a form', { '/login': { body: '<div id="root"></div>' } }, 'pass'],
      ['a log-in that lets in to another page', { '/login': sent('/welcome'), '/welcome': {} }, 'unknown'],
      ['a log-in that lets in to what was asked for', { '/login': sent('/admin/all') }, 'fail'],
    ])('to %s', async (_what, pages, outcome) => {
      const finding = await look(
        { refused },
        { '/admin': sent('/login'), '/admin/all': { body: 'Orders' }, ...pages },
      );
      expect(finding, finding.summary).toMatchObject({ outcome });
    });

    test('and an open page elsewhere is named, and no fault: it may be for everybody', async () => {
      const finding = await look({ refused }, { '/admin': sent('/'), '/': { body: 'Our shop' } });
      expect(finding).toMatchObject({ outcome: 'unknown', cause: 'sent-on' });
      expect(finding.summary).toContain('sent on to /, which answers 200');
    });

    test('errors tell, and open redirects lead, at the end of the way', async () => {
      const tells = { '/error': { body: 'Traceback (most recent call last):\n  File "/srv/app.py"' } };
      const pages = { '/api/%27': sent('/error') };
      expect(await look({ errors: ['/api/%27'] }, { ...pages, ...tells })).toMatchObject({
        outcome: 'fail',
        cause: 'tells-the-inside',
      });
      expect(await look({ errors: ['/api/%27'] }, { ...pages, '/error': { body: 'Sorry' } })).toMatchObject({
        outcome: 'pass',
      });
      const away = { '/api/%27': sent('https://errors.example.net/') };
      expect(await look({ errors: ['/api/%27'] }, away)).toMatchObject({ outcome: 'unknown' });
      const redirects = [{ path: '/go', parameters: ['next'] }];
      const next = ({ url = '' }: IncomingMessage): string =>
        new URL(url, 'http://x').searchParams.get('next') ?? '';
      const go = (to: (target: string) => string): Pages => ({
        '/go': (request) => sent(`/out?next=${encodeURIComponent(next(request))}`),
        '/out': (request) => sent(to(next(request))),
      });
      expect(
        await look(
          { redirects },
          go((target) => target),
        ),
      ).toMatchObject({
        outcome: 'fail',
        cause: 'open-redirect',
      });
      expect(
        await look(
          { redirects },
          go(() => '/login'),
        ),
      ).toMatchObject({ outcome: 'pass' });
    });

    test('what belongs to others is known by its marker, wherever it is shown', async () => {
      const given = {
        visitors: [
          { name: 'ada', headers: { authorization: 'ada' }, provenBy: '/me' },
          { name: 'bob', headers: { authorization: 'bob' }, provenBy: '/me' },
        ],
        others: [{ path: '/orders/7', owner: 'ada', other: 'bob', marker: 'ada@shop.test' }],
      };
      const me = ({ headers }: IncomingMessage): Page =>
        headers.authorization === undefined ? { status: 401 } : { body: 'you' };
      const pages = (forBob: Page): Pages => ({
        '/me': me,
        '/orders/7': sent('/orders/7/view'),
        '/orders/7/view': ({ headers }) =>
          headers.authorization === 'ada' ? { body: 'order of ada@shop.test' } : forBob,
        '/home': { body: 'order of ada@shop.test' },
        '/start': { body: 'Our shop' },
      });
      expect(await look(given, pages({ status: 403 }))).toMatchObject({ outcome: 'pass' });
      for (const forBob of [{ body: 'order of ada@shop.test' }, sent('/home')])
        expect(await look(given, pages(forBob))).toMatchObject({
          outcome: 'fail',
          cause: 'gives-to-others',
        });
      expect(await look(given, pages(sent('/start')))).toMatchObject({ outcome: 'unknown' });
      // The log-in repeats where it will lead, and what is no part of that is theirs also beside a log-in.
      const others = (marker: string): Given => ({
        ...given,
        others: [{ path: '/orders/4711', owner: 'ada', other: 'bob', marker }],
      });
      const toLogIn: Pages = {
        '/me': me,
        '/orders/4711': ({ headers }) =>
          headers.authorization === 'ada' ? { body: 'order 4711 of ada@shop.test' } : sent('/login'),
        '/login': { body: `${LOG_IN}<a href="/join?next=/orders/4711">Join</a>` },
      };
      expect(await look(others('4711'), toLogIn)).toMatchObject({ outcome: 'pass' });
      const beside = { body: `${LOG_IN}<p>Last order: ada@shop.test</p>` };
      expect(await look(others('ada@shop.test'), { ...toLogIn, '/login': beside })).toMatchObject({
        outcome: 'fail',
        cause: 'gives-to-others',
      });
    });
  });

  test('a rate that is limited for longer than the plan waits is unknown; still refused after waiting is not', async () => {
    const limited = (after: string): Pages => ({ '*': { status: 429, headers: { 'retry-after': after } } });
    const by = { rateLimitWaitMs: 0 };
    expect(await look({ refused: ['/admin'] }, limited('3600'), by)).toMatchObject({
      outcome: 'unknown',
      cause: 'rate-limited',
    });
    expect(await look({ refused: ['/admin'] }, limited('0'))).toMatchObject({ outcome: 'fail' });
  });

  test('that a visitor is let in shows that there is something to be guarded', async () => {
    const given = {
      visitors: [{ name: 'ada', headers: { authorization: 'a' }, provenBy: '/me' }],
      refused: [{ path: '/orders', for: 'ada' }],
    };
    const guarded = (request: IncomingMessage): Page =>
      request.headers.authorization === 'a' ? { body: 'ada' } : { status: 401 };
    expect((await look(given, { '/me': guarded, '/orders': guarded })).outcome).toBe('pass');
    expect(await look(given, { '/me': guarded, '/orders': { status: 401 } })).toMatchObject({
      outcome: 'unknown',
      cause: 'nothing-to-guard',
    });
  });
});

describe('what belongs to others', () => {
  const given = (more: Given = {}): Given => ({
    visitors: [
      { name: 'ada', headers: { authorization: 'ada' }, provenBy: '/me' },
      { name: 'bob', headers: { authorization: 'bob' }, provenBy: '/me' },
    ],
    others: [{ path: '/orders/7', owner: 'ada', other: 'bob', ...more }],
  });
  const me = (request: IncomingMessage): Page =>
    ['ada', 'bob'].includes(request.headers.authorization ?? '') ? { body: 'you' } : { status: 401 };
  const orders =
    (forBob: Page, forAda: Page = { body: 'order of ada@shop.test' }) =>
    (request: IncomingMessage): Page =>
      request.headers.authorization === 'ada' ? forAda : forBob;

  type Case = [what: string, forBob: Page, more: Given, outcome: string, cause?: string];
  test.each<Case>([
    ['is refused', { status: 403 }, {}, 'pass'],
    ['is not found', { status: 404 }, {}, 'pass'],
    ['is given', { body: 'order of ada@shop.test' }, {}, 'fail', 'gives-to-others'],
    ['is given, at another moment', { body: 'now: order of ada@shop.test' }, {}, 'unknown', 'not-told-apart'],
    [
      'is given, by its marker',
      { body: 'now: order of ada@shop.test' },
      { marker: 'ada@shop.test' },
      'fail',
      'gives-to-others',
    ],
    ['another page comes, by its marker', { body: 'nothing here' }, { marker: 'ada@shop.test' }, 'pass'],
    ['breaks', { status: 500 }, {}, 'fail', 'broken'],
    ['a marker that is nowhere', { status: 403 }, { marker: 'eve@shop.test' }, 'unknown', 'owner-refused'],
    [
      'an owner captured nothing',
      { status: 403 },
      { path: '/orders/{orderId}' },
      'unknown',
      'nothing-captured',
    ],
  ])('%s', async (_what, forBob, more, outcome, cause) => {
    const finding = await look(given(more), { '/me': me, '/orders/7': orders(forBob) });
    expect(finding, finding.summary).toMatchObject({ outcome, ...(cause && { cause }) });
    // Whose data it is stands in the report, and what it is does not.
    expect(JSON.stringify(finding)).not.toContain('order of');
  });

  test('what a log-in captured fills in; nothing is not taken for a marker, which stands in every answer', () => {
    const owner = (email: string) => ({ headers: {}, captured: { email, order: 7n } });
    expect(fillIn('/{order}/{email}', owner('a@shop.test'), 'ada')).toBe('/7/a@shop.test');
    expect(() => fillIn('{email}', owner(''), 'ada')).toThrow(CannotTell);
  });

  test('credentials that have expired prove nothing', async () => {
    const expired = { '/me': { status: 401 }, '/orders/7': { status: 401 } };
    expect(await look(given(), expired)).toMatchObject({
      outcome: 'unknown',
      cause: 'visitor-not-told-apart',
    });
    const anybody = { '/me': { body: 'x' }, '/orders/7': orders({ status: 403 }) };
    expect(await look(given(), anybody)).toMatchObject({
      outcome: 'unknown',
      cause: 'visitor-not-told-apart',
    });
  });
});

describe('what errors tell', () => {
  test.each([
    ['Node', 'Error: x\n    at Object.<anonymous> (/srv/app/orders.js:12:9)'],
    ['Node, in HTML', 'Error: x<br> &nbsp; &nbsp;at next (/srv/node_modules/express/lib/router.js:5:3)'],
    ['Java', 'java.lang.NullPointerException\n\tat com.shop.Orders.find(Orders.java:42)'],
    ['Python', 'Traceback (most recent call last):\n  File "/srv/app.py"'],
    ['.NET', 'at Shop.Orders.Find(Int32 id) in C:\\src\\Orders.cs:line 12'],
    ['PHP', '<b>Warning</b>: Undefined variable $x in <b>/var/www/orders.php</b> on line <b>3</b>'],
    ['Ruby', "/srv/app/orders.rb:12:in `find'"],
    ['Go', 'panic: x\n\ngoroutine 1 [running]:\nmain.main()'],
    ['PostgreSQL', '{"error":"syntax error at or near \\"\'\\""}'],
    ['MySQL', 'You have an error in your SQL syntax; check the manual'],
    ['Django', "You're seeing this error because you have <code>DEBUG = True</code>"],
    ['Flask', '<title>x // Werkzeug Debugger</title>'],
  ])('of %s', async (_what, body) => {
    const finding = await look({ errors: ['/api/%27'] }, { '/api/%27': { status: 500, body } });
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'tells-the-inside' });
  });

  test.each([
    '{"error":"not found","at":"2026-11-30T10:00:00Z"}',
    'Look at our stack (at http://example.com:80:1)',
    '<p>Meet us at Hall 4 (10:30) on line 3</p>',
    '<h1>Something went wrong</h1><p>Error 500, reference 7f3a</p>',
    'Index of our syntax errors',
  ])('nothing: %s', async (body) => {
    expect(tellsOfErrors(body)).toBeUndefined();
    expect((await look({ errors: ['/x'] }, { '/x': { status: 500, body } })).outcome).toBe('pass');
  });

  test.each([
    ['refuses', { status: 401, body: 'log in' }],
    ['sends to the log-in', { status: 302, headers: { location: '/login' } }],
  ])('is not seen behind a guard that %s', async (_what, page) => {
    const finding = await look({ errors: ['/x'] }, { '/x': page });
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'guarded' });
  });

  test('is seen where the guard itself tells it', async () => {
    const body = 'Traceback (most recent call last):\n  File "/srv/app.py", line 3, in guard';
    expect(await look({ errors: ['/x'] }, { '/x': { status: 401, body } })).toMatchObject({
      outcome: 'fail',
    });
  });
});

describe('redirects', () => {
  const given = { redirects: [{ path: '/login', parameters: ['next'] }] };
  const to =
    (write: (next: string) => Page) =>
    (request: IncomingMessage): Page =>
      write(new URL(request.url ?? '', 'http://x').searchParams.get('next') ?? '');
  const location = (value: string): Page => ({ status: 302, headers: { location: value } });

  test.each<[string, (next: string) => Page, string]>([
    ['any address', (next) => location(next), 'fail'],
    ['any that begins with a slash', (next) => location(next.startsWith('/') ? next : '/'), 'fail'],
    ['any but those of two slashes', (next) => location(/^\/(?!\/)/.test(next) ? next : '/'), 'fail'],
    ['any, by a page', (next) => ({ body: `<meta http-equiv="refresh" content="0; url=${next}">` }), 'fail'],
    ['any, by a header', (next) => ({ headers: { refresh: `0;url=${next}` } }), 'fail'],
    ['the own site alone', () => location('/account'), 'pass'],
    [
      'the own site, with the address as a parameter',
      (next) => location(`/account?next=${encodeURIComponent(next)}`),
      'pass',
    ],
    ['a page that shows the address', (next) => ({ body: `Not a page of ours: ${next}` }), 'pass'],
  ])('to %s: %s', async (_what, write, outcome) => {
    const finding = await look(given, { '/login': to(write) });
    expect(finding, finding.summary).toMatchObject({
      outcome,
      ...(outcome === 'fail' && { cause: 'open-redirect' }),
    });
  });
});

test.each([404, 410, 502])('a page that is not there sends nobody on: %i', async (status) => {
  const given = { redirects: [{ path: '/login', parameters: ['next'] }] };
  expect(await look(given, { '/login': { status } })).toMatchObject({
    outcome: 'unknown',
    cause: 'not-there',
  });
  expect((await look(given, { '/login': { body: LOG_IN } })).outcome).toBe('pass');
});

test('lists of folders', async () => {
  const given = { listings: ['/static/'] };
  for (const body of [
    '<html><head><title>Index of /static/</title></head>',
    '<h1>Directory listing for /static/</h1>',
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    '<pre><A HREF="/">[To Parent Directory]</A>',
  ])
    expect(await look(given, { '/static/': { body } })).toMatchObject({
      outcome: 'fail',
      cause: 'lists-a-folder',
    });
  for (const page of [{ status: 403 }, { status: 404 }, { body: '<h1>Index of prices</h1>' }])
    expect((await look(given, { '/static/': page })).outcome).toBe('pass');
});

describe('default passwords', () => {
  const given = { credentials: [{ path: '/manager', user: 'tomcat', password: 'tomcat-s3cret' }] };
  const manager =
    (password: string) =>
    (request: IncomingMessage): Page =>
      request.headers.authorization === `Basic ${Buffer.from(`tomcat:${password}`).toString('base64')}`
        ? { body: 'Manager' }
        : { status: 401, headers: { 'www-authenticate': 'Basic' } };

  test('let in, or do not; the password is never shown', async () => {
    const open = await look(given, { '/manager': manager('tomcat-s3cret') });
    expect(open).toMatchObject({ outcome: 'fail', cause: 'default-credentials' });
    expect(JSON.stringify(open)).not.toContain('s3cret');
    expect((await look(given, { '/manager': manager('other') })).outcome).toBe('pass');
    expect(site?.asked).toHaveLength(2);
  });

  test('an address that sends on to another gets the password there, or nothing is known', async () => {
    const at = (status: number, headers: Readonly<Record<string, string>> = {}): ResponseView => ({
      status,
      headers,
      body: '',
      durationMs: 1,
    });
    const application: ProbeTools['application'] = {
      send: async ({ url, headers }) => {
        if (url.startsWith('http:')) return at(301, { location: url.replace('http:', 'https:') });
        return at(headers['authorization'] === undefined ? 401 : 200);
      },
    };
    const by = (app: string): Partial<ProbeTools> => ({ application, urls: { app } });
    expect(await look(given, {}, by('http://shop.test'))).toMatchObject({
      outcome: 'unknown',
      cause: 'sent-on',
    });
    expect(await look(given, {}, by('https://shop.test'))).toMatchObject({
      outcome: 'fail',
      cause: 'default-credentials',
    });
  });

  test('a log-in by a form is not tried by a password of HTTP Basic', async () => {
    for (const page of [{ status: 302, headers: { location: '/login' } }, { body: LOG_IN }])
      expect(await look(given, { '/manager': page })).toMatchObject({
        outcome: 'unknown',
        cause: 'no-basic',
      });
    const both = (request: IncomingMessage): Page =>
      request.headers.authorization === undefined ? { body: LOG_IN } : { body: 'Manager' };
    expect(await look(given, { '/manager': both })).toMatchObject({
      outcome: 'fail',
      cause: 'default-credentials',
    });
  });

  test('where no password is wanted nothing is shown by one', async () => {
    expect(await look(given, { '/manager': { body: 'Manager' } })).toMatchObject({
      outcome: 'unknown',
      cause: 'nothing-to-guard',
    });
  });
});

describe('files', () => {
  const CONTENT: Readonly<Record<string, string>> = {
    '/.git/HEAD': 'ref: refs/heads/main\n',
    '/.git/config': '[core]\n\trepositoryformatversion = 0\n',
    '/.svn/wc.db': 'SQLite format 3\u0000',
    '/.env': '# production\nDATABASE_URL=postgres://shop\n',
    '/.env.production': 'export KEY=1\n',
    '/.npmrc': '//registry.npmjs.org/:_authToken=npm_x\n',
    '/.aws/credentials': '[default]\naws_access_key_id = AKIA\n',
    '/.htpasswd': 'admin:$apr1$x$y\n',
    '/.DS_Store': '\u0000\u0000\u0000\u0001Bud1',
    '/id_rsa': '-----BEGIN OPENSSH PRIVATE KEY-----\n',
    '/backup.sql': '-- PostgreSQL database dump\n',
    '/dump.sql': 'CREATE TABLE users (id int);\n',
    '/wp-config.php.bak': "define('DB_PASSWORD', 'x');",
    '/web.config': '<?xml version="1.0"?><configuration>',
    '/docker-compose.yml': 'version: "3"\nservices:\n  db:\n',
    '/phpinfo.php': '<title>PHP 8.3 - phpinfo()</title>',
    '/server-status': '<h1>Apache Server Status for shop</h1>',
    '/actuator/env': '{"propertySources": []}',
    '/actuator/heapdump': 'JAVA PROFILE 1.0.2',
  };
  const HOME =
    '<!doctype html>\n<html><head><title>Shop</title></head><body class="a">x=1 services: DB</body></html>';

  test('every one of the list is known by its content', async () => {
    expect(Object.keys(CONTENT)).toEqual(FILES.map(({ path }) => path));
    const pages = Object.fromEntries(Object.entries(CONTENT).map(([at, body]) => [at, { body }]));
    const finding = await look({ files: true }, pages);
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'serves-a-file' });
    expect(finding.summary).toContain(`${FILES.length} of ${FILES.length} places`);
    expect(JSON.stringify(finding)).not.toContain('postgres://shop');
  });

  test('a page that says that there is nothing is no file, whatever its status', async () => {
    for (const status of [200, 404])
      expect((await look({ files: true }, { '*': { status, body: HOME } })).outcome).toBe('pass');
    for (const body of ['{"error":"not found"}', 'not found', ''])
      expect((await look({ files: true }, { '*': { body } })).outcome).toBe('pass');
  });

  test('a target that is broken, or sends to another host, shows no file and no folder', async () => {
    const given = { files: true, listings: ['/static/'] };
    const away = ({ url = '' }: IncomingMessage): Page => ({
      status: 301,
      headers: { location: `https://www2.example.net${url}` },
    });
    for (const page of [{ status: 502 }, away])
      expect(await look(given, { '*': page })).toMatchObject({
        outcome: 'unknown',
        cause: 'nothing-looked-at',
      });
    // One that is broken, such as a gateway to a language that is not there, stands not for all.
    expect((await look(given, { '/phpinfo.php': { status: 502 } })).outcome).toBe('pass');
    const home = { status: 302, headers: { location: 'https://www2.example.net/' } };
    expect((await look(given, { '*': home })).outcome).toBe('pass');
  });

  test('further files', async () => {
    const given = { moreFiles: [{ path: '/keys.json', contains: '"private_key"' }] };
    expect((await look(given, { '/keys.json': { body: '{"private_key":"x"}' } })).outcome).toBe('fail');
    expect((await look(given, { '/keys.json': { body: HOME } })).outcome).toBe('pass');
  });
});

test.each([
  ['answers', 'fail'],
  ['silent', 'unknown'],
] as const)('no connection while the control address %s: %s', async (said, outcome) => {
  const over = { control: { ask: async () => said, answer: said }, urls: { app: 'http://127.0.0.1:1' } };
  expect((await look({ refused: ['/admin'] }, {}, over)).outcome).toBe(outcome);
});
