import { runInThisContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Flow, flow } from '../../../../contract/flow/flow.ts';
import type { ResponseView } from '../../../../contract/flow/http.ts';
import { parsePlan } from '../../../../contract/plan/plan.ts';
import { createHttpApplication } from '../../../../safety/http-application.ts';
import { createAsker, LOOK_LIMITS } from '../../../../scripts/init/look/asker.ts';
import { healthOf } from '../../../../scripts/init/look/health.ts';
import { lookAtTarget, type Seen } from '../../../../scripts/init/look/look-at-target.ts';
import { robotsRules } from '../../../../scripts/init/look/pages.ts';
import { versionOf } from '../../../../scripts/init/look/version.ts';
import { built } from '../../../../scripts/init/openapi/zod-expression.ts';
import { planSource } from '../../../../scripts/init/plan/plan-source.ts';
import { type InitTarget, startInitTarget } from '../../../init-target.ts';

const answer = (body: unknown, status = 200, type = 'application/json'): ResponseView => ({
  status,
  headers: { 'content-type': type },
  body,
  durationMs: 1,
});

describe('a health document', () => {
  test.each([
    [{ status: 'UP', components: {} }, 'UP'],
    [{ status: 'pass' }, 'pass'],
    [{ ok: true }, 'true'],
    ['OK\n', 'OK'],
  ])('%j says that all is well, and the schema takes it and not the contrary', (body, said) => {
    const health = healthOf(
      '/healthz',
      answer(body, 200, typeof body === 'string' ? 'text/plain' : undefined),
    );
    expect(health?.said).toBe(said);
    const schema = health?.schema === undefined ? undefined : built(health.schema, new Map());
    expect(schema?.safeParse(body).success).toBe(true);
    for (const ill of [{ status: 'DOWN' }, { ok: false }, {}, 'FAIL'])
      expect(schema?.safeParse(ill).success).toBe(false);
  });

  test.each([
    ['one that is not well', { status: 'DOWN' }, 503],
    ['one that is not well with 200', { status: 'degraded' }, 200],
  ])('%s is told, and gives no schema', (_, body, status) => {
    expect(healthOf('/health', answer(body, status))).toMatchObject({ schema: undefined });
  });

  test.each([
    ['another document', { version: '1' }, 200],
    ['a page', '<html>ok</html>', 200],
    ['what is not there', { status: 'UP' }, 404],
    ['a status that says nothing about health', { status: 'shipped' }, 200],
  ])('%s is none', (_, body, status) => {
    expect(healthOf('/health', answer(body, status))).toBeUndefined();
  });
});

describe('a version document', () => {
  test.each<[object, string | undefined, string | undefined]>([
    [{ version: '2.4.1', commit: 'b42e9a1' }, 'version', 'commit'],
    [{ build: { version: '2.4.1' }, git: { commit: { id: 'b42e9a1c0' } } }, 'build.version', 'git.commit.id'],
    [{ app: { gitSha: 'b42e9a1c0ffee' } }, undefined, 'app.gitSha'],
    [{ version: 'unknown', release: '7' }, 'release', undefined],
  ])('%j', (body, id, commit) => {
    expect(versionOf('/version', answer(body))).toMatchObject({ id, commit });
  });

  test.each([
    [{ version: '${project.version}' }],
    [{ commit: 'main' }],
    [{ id: 'b42e9a1' }],
    [{ 'a.version': '1' }],
    ['2.4.1'],
  ])('%j says no release', (body) => {
    expect(versionOf('/version', answer(body))).toBeUndefined();
  });
});

test('robots.txt: the longest rule for everybody decides', () => {
  const { disallowed, sitemaps } = robotsRules(
    'User-agent: bad\nDisallow: /\n\nUser-agent: *\nUser-agent: other\nDisallow: /cart\nDisallow: /*.pdf$\nAllow: /cart/help # yes\nSitemap: /s.xml\n',
  );
  expect(['/', '/cart/1', '/cart/help', '/a.pdf', '/a.pdf?x'].map(disallowed)).toEqual([
    false,
    true,
    false,
    true,
    false,
  ]);
  expect(sitemaps).toEqual(['/s.xml']);
});

describe('a look at a target', () => {
  let target: InitTarget;
  let other: InitTarget;
  beforeEach(async () => {
    [target, other] = await Promise.all([startInitTarget(), startInitTarget()]);
  });
  afterEach(() => Promise.all([target.close(), other.close()]));

  const look = (
    url: string,
    more: { stay?: boolean; mostRequests?: number; openapi?: string } = {},
  ): Promise<Seen> =>
    lookAtTarget(
      {
        url,
        stay: more.stay ?? false,
        cwd: process.cwd(),
        ...(more.openapi === undefined ? {} : { openapi: more.openapi }),
      },
      createAsker(
        createHttpApplication(),
        { ...LOOK_LIMITS, ...(more.mostRequests === undefined ? {} : { mostRequests: more.mostRequests }) },
        new AbortController().signal,
      ),
    );
  const plan = (seen: Seen): string => planSource({ url: 'http://given.example', name: 'shop', seen });

  test('only reads, and finds what is there', async () => {
    const seen = await look(target.url);
    expect(target.requests.every((line) => line.startsWith('GET '))).toBe(true);
    expect(target.requests.length).toBeLessThanOrEqual(30);
    expect(target.requests).not.toContain('GET /api/logout');
    expect(target.requests).not.toContain('GET /cart/1');
    expect(seen.pages.paths).toEqual(['/en/about', '/products/1']);
    expect(seen.health?.path).toBe('/healthz');
    expect(seen.version).toMatchObject({ path: '/version', id: 'build.version', commit: 'git.commit.id' });
    const results = Object.fromEntries(
      seen.openapi?.gets.map(({ operation, result }) => [operation.path, result]) ?? [],
    );
    expect(results).toEqual({
      '/api/products': 'as-described',
      '/api/stock': 'otherwise',
      '/api/me': 'guarded',
      '/api/ping': 'as-described',
      '/api/broken': 'not-probed',
      '/api/logout': 'not-probed',
    });
  });

  test('the drafts of journeys, without their slashes, are flows of a plan', async () => {
    const text = plan(await look(target.url));
    const drafts = [...text.matchAll(/^\/\/ const (\w+) = flow\((?:.|\n\/\/ )*/gm)];
    expect(drafts.map(([, name]) => name)).toEqual(['productsJourneyWorks', 'stockJourneyWorks']);
    const code = drafts.map(([draft]) => draft.replaceAll(/^\/\/ ?/gm, '')).join('\n');
    const names = drafts.map(([, name = '']) => name).join(', ');
    const evaluate = runInThisContext(`(flow) => { ${code}
return [${names}]; }`) as (from: typeof flow) => Flow[];
    const { flows } = parsePlan({
      target: { name: 'shop', urls: { app: target.url } },
      flows: evaluate(flow),
      created: { TODO: { keep: 'nothing is ever made' } },
    });
    expect(flows.map(({ steps }) => steps.map(({ kind }) => kind))).toEqual([
      ['given', 'request', 'request', 'request'],
      ['request'],
    ]);
  });

  test('where the home page leads within the site becomes the target; --stay keeps the one that was given', async () => {
    target.instead.set('/', { status: 301, headers: { location: `${other.url}/` } });
    const seen = await look(target.url);
    expect(seen.home.base).toBe(other.url);
    expect(plan(seen)).toContain(`'${other.url}'`);
    expect(plan(seen)).toContain(`${target.url}/ leads to ${other.url}/ (301)`);
    expect((await look(target.url, { stay: true })).home).toMatchObject({
      base: target.url,
      leadsTo: other.url,
    });
  });

  test('another site is named, and asked nothing', async () => {
    const elsewhere = other.url.replace('127.0.0.1', 'localhost');
    target.instead.set('/', { status: 302, headers: { location: `${elsewhere}/login?token=secret` } });
    const seen = await look(target.url);
    expect(seen.home).toMatchObject({ base: target.url, leadsTo: elsewhere });
    expect(other.requests).toEqual([]);
    expect(plan(seen)).toContain('which is another site');
    expect(plan(seen)).not.toContain('token=secret');
    expect(plan(seen)).not.toContain(`paths: ['/',`);
  });

  test('a target that answers 200 to everything shows nothing by that', async () => {
    const page = { body: '<html><script src="/app.js"></script></html>' };
    Object.defineProperty(target.instead, 'get', { value: () => page });
    const seen = await look(target.url);
    expect(seen).toMatchObject({ health: undefined, version: undefined, openapi: undefined });
    expect(seen.pages.paths).toEqual([]);
    expect(plan(seen)).toContain(`paths: ['/'],`);
  });

  test('an API without a page gets no check of one, and a closed address says so', async () => {
    target.instead.set('/', { status: 404, body: 'no' });
    target.instead.set('/sitemap-index.xml', { status: 404 });
    const bare = plan(await look(target.url));
    expect(bare).not.toContain('home-page-answers');
    expect(bare).toContain('status: 404,');
    target.instead.set('/', { status: 401, body: 'who?' });
    expect(plan(await look(target.url))).toContain('The address wants credentials');
  });

  test('whoever limits our rate is left alone', async () => {
    target.instead.set('/robots.txt', { status: 429, headers: { 'retry-after': '60' } });
    const seen = await look(target.url);
    expect(seen.stopped).toContain('429');
    expect(target.requests).toHaveLength(4);
  });

  test('a target that can not be asked is named, and a plan is written with what is known', async () => {
    await target.close();
    const seen = await look(target.url);
    expect(seen.home.none).toContain('ECONNREFUSED');
    expect(plan(seen)).toContain('gave no answer');
    expect(plan(seen)).toContain('home-page-answers');
    target = await startInitTarget();
  });

  test('a number of requests is kept', async () => {
    const seen = await look(target.url, { mostRequests: 5 });
    expect(target.requests).toHaveLength(5);
    expect(seen.stopped).toContain('5 requests were enough');
  });

  test('a document that is named and none is said', async () => {
    expect((await look(target.url, { openapi: `${target.url}/en/` })).openapiProblem).toMatch(
      /no object|neither/,
    );
    await expect(look(target.url, { openapi: 'nowhere.json' })).rejects.toThrow(
      'nowhere.json cannot be read',
    );
    expect((await look(target.url, { openapi: `${target.url}/openapi.json` })).openapi?.gets).toHaveLength(6);
  });
});
