import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { bytesIn, ByteSize, sizeWords } from '../../../contract/plan/byte-size.ts';
import { Probe, type ProbeInput } from '../../../contract/plan/probe.ts';
import { Target } from '../../../contract/plan/target.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { resolveBrowser } from '../../../suites/browser.ts';
import { createControl } from '../../../suites/control.ts';
import { createBrowserSession } from '../../../suites/page-session.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { isFromOneOf, probeBundle } from '../../../suites/probes/bundle-probe.ts';
import { listen, type Listening } from '../../unit/suites/run-flow-on.ts';

type Planned = Partial<Extract<ProbeInput, { kind: 'bundle' }>>;
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** One browser for all of them: each page gets a context of its own. */
const browsers = createBrowserSession(chromium, {}, () => resolveBrowser());
afterAll(() => browsers.close());
const open: Listening[] = [];
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())));

/** Text that is as long when it is compressed: bytes as hexadecimal digits are half as long. */
const noise = (bytes: number): string => {
  let state = 1;
  const digits = Array.from({ length: bytes * 2 }, () => {
    state = (state * 48271) % 2147483647;
    return (state % 16).toString(16);
  });
  return `/*${digits.join('')}*/`;
};
const page = (...lines: readonly string[]): Answer =>
  html(`<!doctype html><title>Shop</title>${lines.join('')}`);
const html =
  (text: string, status = 200): Answer =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'text/html' }).end(text);
const script =
  (text: string, encoding?: 'gzip' | 'br', headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, response) => {
    const body = encoding === 'gzip' ? gzipSync(text) : encoding === 'br' ? brotliCompressSync(text) : text;
    response.writeHead(200, {
      'content-type': 'text/javascript',
      'cache-control': 'public, max-age=31536000, immutable',
      ...(encoding !== undefined && { 'content-encoding': encoding }),
      ...headers,
    });
    response.end(body);
  };
const src = (url: string, more = ''): string => `<script ${more} src="${url}"></script>`;

async function serve(files: Readonly<Record<string, Answer>>): Promise<Listening> {
  const server = await listen((request, response) => {
    const answer = files[(request.url ?? '').replace(/\?.*/, '')];
    if (answer !== undefined) answer(request, response);
    else response.writeHead(404).end();
  });
  open.push(server);
  return server;
}

async function look(url: string, over: Planned = {}): Promise<Finding> {
  const probe = Probe.parse({
    kind: 'bundle',
    id: 'scripts-are-small',
    title: 'x',
    atMost: '60 KB',
    budgetMs: 20_000,
    quietMs: 500,
    ...over,
  }) as Extract<Probe, { kind: 'bundle' }>;
  const tools = {
    application: createHttpApplication(),
    urls: { app: url },
    control: createControl(undefined),
  };
  const target = Target.parse({ name: 'shop', urls: { app: url } });
  return probeFinding(probe.id, () => probeBundle(browsers, probe, tools, target));
}

describe('scripts of a page', () => {
  test('that are small enough when they are compressed pass, and fail as they are', async () => {
    // 40 kB of noise are 80 kB of text.
    const files = (encoding?: 'gzip' | 'br') => ({
      '/': page(src('/app.js')),
      '/app.js': script(noise(40_000), encoding),
    });
    for (const encoding of ['gzip', 'br'] as const) {
      const finding = await look((await serve(files(encoding))).url);
      expect(finding).toMatchObject({ outcome: 'pass' });
      expect(finding.summary).toMatch(/scripts of \/: 4\d(\.\d)? kB in 1/);
    }
    const plain = await look((await serve(files())).url);
    expect(plain).toMatchObject({ outcome: 'fail', cause: 'too-large' });
    expect(plain.summary).toMatch(
      /scripts of \/: 80(\.\d)? kB in 1, expected <= 60 KB; largest: http:\S+app\.js/,
    );
    expect(plain.remedy).toMatch(/compress its scripts.*app\.js/);
  });

  test('count with all that they import, until nothing more is loaded', async () => {
    const chunk = script(noise(30_000), 'gzip');
    const files = {
      '/': page(src('/app.js', 'type="module"')),
      // The second one only when data has come, well after the page is there.
      '/app.js': script("import('/a.js'); fetch('/data').then(() => import('/b.js'));", 'gzip'),
      '/data': (_: IncomingMessage, response: ServerResponse) =>
        void setTimeout(() => response.end('{}'), 900),
      '/a.js': chunk,
      '/b.js': chunk,
    };
    const large = await look((await serve(files)).url);
    expect(large).toMatchObject({
      outcome: 'fail',
      cause: 'too-large',
      measured: expect.stringMatching(/in 3$/) as string,
    });
    expect(await look((await serve(files)).url, { atMost: '70 KB' })).toMatchObject({ outcome: 'pass' });
  });

  test('count also where a script works for longer than the page must be quiet, before it imports them', async () => {
    const works = "const end = Date.now() + 1500; while (Date.now() < end); import('/a.js');";
    const { url } = await serve({
      '/': page(src('/app.js', 'type="module"')),
      '/app.js': script(works, 'gzip'),
      '/a.js': script(noise(90_000), 'gzip'),
    });
    expect(await look(url)).toMatchObject({ outcome: 'fail', cause: 'too-large' });
  });

  test('are measured anew for every page and run, whatever a browser or a service worker would keep', async () => {
    const files = {
      '/': page(src('/app.js'), "<script>navigator.serviceWorker?.register('/worker.js')</script>"),
      '/app.js': script(noise(40_000), 'gzip'),
      '/worker.js': script(
        "addEventListener('fetch', (event) => event.respondWith(new Response('', { headers: { 'content-type': 'text/javascript' } })))",
      ),
    };
    const { url, asked } = await serve(files);
    for (const atMost of ['60 KB', '30 KB', '60 KB', '30 KB'])
      expect(await look(url, { paths: ['/', '/?again'], atMost })).toMatchObject({
        outcome: atMost === '60 KB' ? 'pass' : 'fail',
      });
    expect(asked.filter((one) => one === 'GET /app.js')).toHaveLength(8);
    expect(asked).not.toContain('GET /worker.js');
  });

  test('of third parties count unless the plan names hosts', async () => {
    const cdn = await serve({ '/tracker.js': script(noise(50_000), 'gzip') });
    const { url } = await serve({
      '/': page(src('/app.js'), src(`${cdn.url}/tracker.js`)),
      '/app.js': script(noise(20_000), 'gzip'),
    });
    expect(await look(url)).toMatchObject({ outcome: 'fail' });
    expect(await look(url, { hosts: [new URL(url).host] })).toMatchObject({ outcome: 'pass' });
    const none = await look(url, { hosts: ['cdn.example.com'] });
    expect(none).toMatchObject({ outcome: 'unknown', cause: 'no-scripts' });
    expect(none.remedy).toContain(new URL(cdn.url).host);
  });
});

describe('what was not measured', () => {
  test.each<[string, Readonly<Record<string, Answer>>, Planned, Finding['outcome'], string | undefined]>([
    ['a page without scripts', { '/': page('<p>sold out</p>') }, {}, 'unknown', 'no-scripts'],
    ['a page that may have none', { '/': page('<p>sold out</p>') }, { mayHaveNone: true }, 'pass', undefined],
    [
      'a script that is not there',
      { '/': page(src('/app.js'), src('/gone.js')), '/app.js': script('1') },
      {},
      'unknown',
      'script-missing',
    ],
    [
      'a page that never stops loading',
      { '/': page(src('/app.js'), src('/slow.js')), '/app.js': script('1'), '/slow.js': () => undefined },
      { settleMs: 1500 },
      'unknown',
      'never-quiet',
    ],
    [
      'a page that polls is done all the same',
      {
        '/': page(src('/app.js')),
        '/app.js': script("setInterval(() => fetch('/news'), 100)"),
        '/news': (_, response) => void response.end('{}'),
      },
      {},
      'pass',
      undefined,
    ],
    ['an error page', { '/': html('<h1>oops</h1>', 500) }, {}, 'fail', 'no-page'],
    [
      'a limited rate',
      { '/': (_, response) => void response.writeHead(429).end() },
      {},
      'unknown',
      'rate-limited',
    ],
    ['a page that is cut off', { '/': (request) => void request.socket.destroy() }, {}, 'fail', 'no-page'],
  ])('%s', async (_, files, over, outcome, cause) => {
    const finding = await look((await serve(files)).url, over);
    expect(finding).toMatchObject({ outcome, ...(cause !== undefined && { cause }) });
  });

  test('a page that leads to another site is unknown, and one where nobody listens fails', async () => {
    const other = await serve({ '/': page(src('/app.js')), '/app.js': script('1') });
    const { url } = await serve({
      '/': (_, response) => void response.writeHead(302, { location: other.url }).end(),
    });
    expect(await look(url)).toMatchObject({ outcome: 'unknown', cause: 'led-elsewhere' });
    await Promise.all(open.splice(0).map((one) => one.close()));
    expect(await look(url)).toMatchObject({
      outcome: 'fail',
      cause: 'no-page',
      measured: 'connection refused',
    });
  });

  test('hides no page that is too large, nor that it is too large already', async () => {
    const { url } = await serve({
      '/': page('<p>sold out</p>'),
      '/large': page(src('/app.js'), src('/gone.js')),
      '/gone': html('<h1>oops</h1>', 500),
      '/app.js': script(noise(90_000), 'gzip'),
    });
    const large = await look(url, { paths: ['/', '/large', '/gone'] });
    expect(large).toMatchObject({ outcome: 'fail', cause: 'too-large' });
    expect(large.summary).toContain('scripts of /large: 9');
    expect(await look(url, { paths: ['/', '/gone', '/large'] })).toMatchObject({
      outcome: 'fail',
      cause: 'no-page',
      measured: 500,
    });
    expect(await look(url, { paths: ['/large'], atMost: '1 MB' })).toMatchObject({
      outcome: 'unknown',
      cause: 'script-missing',
    });
  });

  test('a page whose script leads to another site, or that leads to one that is away, is unknown', async () => {
    const other = await serve({ '/': page(src('/app.js')), '/app.js': script(noise(90_000)) });
    const away = await serve({});
    await open.pop()?.close();
    const { url } = await serve({
      '/': page(`<script>location.replace('${other.url}/')</script>`),
      '/away': (_, response) => void response.writeHead(302, { location: `${away.url}/` }).end(),
    });
    for (const path of ['/', '/away'])
      expect(await look(url, { paths: [path] })).toMatchObject({
        outcome: 'unknown',
        cause: 'led-elsewhere',
      });
  });

  test('without a browser it is unknown', async () => {
    const none = createBrowserSession(chromium, {}, () =>
      Promise.resolve({ missing: 'none here', remedy: 'install one' }),
    );
    const probe = Probe.parse({ kind: 'bundle', id: 'x', title: 'x', atMost: '1 MB' }) as Extract<
      Probe,
      { kind: 'bundle' }
    >;
    const target = Target.parse({ name: 'shop', urls: { app: 'http://127.0.0.1:1' } });
    const tools = {
      application: createHttpApplication(),
      urls: target.urls,
      control: createControl(undefined),
    };
    expect(await probeFinding('x', () => probeBundle(none, probe, tools, target))).toMatchObject({
      outcome: 'unknown',
      cause: 'browser-missing',
      remedy: 'install one',
    });
  });
});

test('hosts are known in capitals and with the usual port, and no other', () => {
  const app = 'https://cdn.shop.example/app.js';
  for (const host of ['cdn.shop.example', 'CDN.Shop.example', 'cdn.shop.example:443'])
    expect(isFromOneOf(app, [host]), host).toBe(true);
  for (const host of ['shop.example', 'cdn.shop.example:8443', 'cdn.shop.example:80'])
    expect(isFromOneOf(app, [host]), host).toBe(false);
  expect(isFromOneOf('http://127.0.0.1:3000/app.js', ['127.0.0.1:3000'])).toBe(true);
  expect(isFromOneOf('http://127.0.0.1:3000/app.js', ['127.0.0.1'])).toBe(true);
});

test('sizes are read as they are written, and never told as less than they are', () => {
  expect(['500 KB', '500kB', '0.5 MB', '1 KiB', '12 B'].map(bytesIn)).toEqual([
    500_000, 500_000, 500_000, 1024, 12,
  ]);
  expect(ByteSize.safeParse('500').success).toBe(false);
  expect([999, 1000, 500_001, 1_200_000].map(sizeWords)).toEqual(['999 B', '1 kB', '500.1 kB', '1.2 MB']);
});
