import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { GreenlightError } from '../../../contract/errors.ts';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { Probe, type ProbeInput } from '../../../contract/plan/probe.ts';
import { Target } from '../../../contract/plan/target.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import type { LighthouseResult, runLighthouse } from '../../../suites/adapters/lighthouse/lighthouse.ts';
import { CannotTell } from '../../../suites/cannot-tell.ts';
import { createControl } from '../../../suites/control.ts';
import type { BrowserSession } from '../../../suites/page-session.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { probeLighthouse } from '../../../suites/probes/lighthouse-probe.ts';
import { listen, type Listening } from './run-flow-on.ts';

type Planned = Partial<Extract<ProbeInput, { kind: 'lighthouse' }>>;
type Browsers = Pick<BrowserSession, 'startForTool'>;

let shop: Listening;
let status = 200;
let headers: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  shop = await listen((_, response) => void response.writeHead(status, headers).end('<h1>Shop</h1>'));
});
afterAll(() => shop.close());
afterEach(() => {
  status = 200;
  headers = {};
});

async function look(
  browsers: Browsers,
  over: Planned = {},
  by?: typeof runLighthouse,
  url = shop.url,
  other?: string,
): Promise<Finding> {
  const probe = Probe.parse({
    kind: 'lighthouse',
    id: 'pages-score-well',
    title: 'x',
    atLeast: { performance: 90 },
    budgetMs: 20_000,
    ...over,
  }) as Extract<Probe, { kind: 'lighthouse' }>;
  const tools = {
    application: createHttpApplication(),
    urls: { app: url, ...(other !== undefined && { login: other }) },
    thirdParties: new Set(['login']),
    control: createControl(undefined),
    rateLimitWaitMs: 0,
  };
  const target = Target.parse({ name: 'shop', urls: { app: url }, headers: { 'x-tenant': 'a' } });
  return probeFinding(probe.id, () => probeLighthouse(browsers, probe, tools, target, by));
}

/** Gives the scores of performance one after the other, as a machine of the speed does. */
function giving(
  scores: readonly (number | null)[],
  more: Partial<LighthouseResult> = {},
): typeof runLighthouse {
  let run = 0;
  return () => {
    const score = scores[run++ % scores.length] ?? null;
    return Promise.resolve({
      finalDisplayedUrl: shop.url,
      environment: { benchmarkIndex: 1500 },
      categories: {
        performance: {
          score,
          auditRefs: [
            { id: 'lcp', weight: 25 },
            { id: 'tbt', weight: 30 },
            { id: 'hint', weight: 0 },
          ],
        },
        accessibility: { score: 0.5, auditRefs: [{ id: 'alt', weight: 10 }] },
      },
      audits: {
        lcp: { title: 'Largest Contentful Paint', score: 0.1, displayValue: '9.0 s' },
        tbt: { title: 'Total Blocking Time', score: 0.5 },
        hint: { title: 'Has a hint', score: 0 },
        alt: { title: 'Images have no text', score: 0 },
      },
      ...more,
    });
  };
}

describe('scores of several looks', () => {
  const ended: string[] = [];
  const browsers: Browsers = {
    startForTool: () => Promise.resolve({ port: 1, close: async () => void ended.push('browser') }),
  };

  test.each<[string, readonly number[], Planned, Finding['outcome']]>([
    ['the median is high enough', [0.2, 0.95, 0.93], {}, 'pass'],
    ['the median is too low', [0.99, 0.89, 0.2], {}, 'fail'],
    ['of an even number the lower one counts', [0.95, 0.85], { runs: 2 }, 'fail'],
    ['it is just as high as wanted', [0.9], { runs: 1 }, 'pass'],
    ['and above 90 is wanted', [0.9], { runs: 1, atLeast: { performance: 91 } }, 'fail'],
  ])('%s', async (_, scores, over, outcome) => {
    expect(await look(browsers, over, giving(scores))).toMatchObject({ outcome });
  });

  test('names what cost most, and how to see all of it', async () => {
    const finding = await look(browsers, { device: 'desktop' }, giving([0.4]));
    expect(finding.summary).toBe(
      'performance of /: 40 of 100, expected >= 90 of 100; worst: Largest Contentful Paint (9.0 s), Total Blocking Time',
    );
    expect(finding.remedy).toContain('--preset=desktop');
  });

  test('a machine that is too slow or busy is no proof of a slow page, and hides no other fault', async () => {
    const slow = { environment: { benchmarkIndex: 420.4 } };
    const unknown = await look(browsers, {}, giving([0.4], slow));
    expect(unknown).toMatchObject({ outcome: 'unknown', cause: 'slow-machine' });
    expect(unknown.summary).toContain('benchmarkIndex 420, wanted 1000');
    expect(await look(browsers, {}, giving([0.95], slow))).toMatchObject({ outcome: 'pass' });
    expect(await look(browsers, { benchmarkAtLeast: 400 }, giving([0.4], slow))).toMatchObject({
      outcome: 'fail',
    });
    const atLeast = { performance: 90, accessibility: 90 };
    const both = await look(browsers, { atLeast }, giving([0.4], slow));
    expect(both).toMatchObject({ outcome: 'fail', measured: 50 });
    expect(both.summary).toContain('Images have no text');
  });

  test.each<[string, readonly number[], readonly number[], Finding['outcome']]>([
    ['one slow look may have pulled the median down', [0.6, 0.85, 0.95], [400, 1500, 1500], 'unknown'],
    ['it is too low whatever the slow look would be', [0.3, 0.4, 0.5], [1500, 400, 1500], 'fail'],
    ['it is high enough although one look is slow', [0.6, 0.91, 0.95], [400, 1500, 1500], 'pass'],
  ])('a machine that is busy for a while: %s', async (_, scores, speeds, outcome) => {
    const looks = scores.map((score, at) =>
      giving([score], { environment: { benchmarkIndex: speeds[at] ?? 0 } }),
    );
    let run = 0;
    const by: typeof runLighthouse = (request) => (looks[run++] ?? giving([null]))(request);
    expect(await look(browsers, {}, by)).toMatchObject({ outcome });
  });

  test('a page at which nothing can be told hides no page that scores too low', async () => {
    const by =
      (score: number): typeof runLighthouse =>
      (request) =>
        request.url.endsWith('/two') ? Promise.reject(new Error('Protocol error')) : giving([score])(request);
    for (const paths of [
      ['/', '/two'],
      ['/two', '/'],
    ]) {
      expect(await look(browsers, { paths }, by(0.4))).toMatchObject({ outcome: 'fail', measured: 40 });
      expect(await look(browsers, { paths }, by(0.95))).toMatchObject({
        outcome: 'unknown',
        cause: 'lighthouse-error',
      });
    }
  });

  test.each<[string, typeof runLighthouse, string]>([
    [
      'it ends with an error of its own',
      () => Promise.reject(new Error('Protocol error')),
      'lighthouse-error',
    ],
    [
      'it says that it could not look',
      giving([null], { runtimeError: { code: 'NO_FCP', message: 'painted nothing' } }),
      'lighthouse-error',
    ],
    ['it gives no score', giving([null]), 'no-score'],
    [
      'the page leads to another site',
      giving([0.9], { finalDisplayedUrl: 'https://login.example.com/' }),
      'led-elsewhere',
    ],
    [
      'it is not installed',
      () => Promise.reject(new GreenlightError('PART_MISSING', 'the package lighthouse is not installed')),
      'harness',
    ],
  ])('is unknown: %s', async (_, by, cause) => {
    ended.length = 0;
    expect(await look(browsers, {}, by)).toMatchObject({ outcome: 'unknown', cause });
    expect(ended).toEqual(['browser']);
  });

  test('a page that is not there fails before anything is started', async () => {
    ended.length = 0;
    status = 500;
    expect(await look(browsers, {}, giving([1]))).toMatchObject({
      outcome: 'fail',
      cause: 'no-page',
      measured: 500,
    });
    expect(await look(browsers, {}, giving([1]), 'http://127.0.0.1:1')).toMatchObject({ outcome: 'fail' });
    status = 429;
    expect(await look(browsers, {}, giving([1]))).toMatchObject({
      outcome: 'unknown',
      cause: 'rate-limited',
    });
    expect(ended).toEqual([]);
  });

  test('a page that leads to a third party says nothing about the target, whether the plan names that one or not', async () => {
    const login = 'https://login.example.com';
    const led = { outcome: 'unknown', cause: 'led-elsewhere' };
    const shown = giving([0.1], { finalDisplayedUrl: `${login}/authorize` });
    expect(await look(browsers, {}, shown, shop.url, login)).toMatchObject(led);
    ended.length = 0;
    status = 302;
    headers = { location: `${login}/authorize` };
    expect(await look(browsers, {}, giving([1]))).toMatchObject(led);
    expect(await look(browsers, {}, giving([1]), shop.url, login)).toMatchObject(led);
    headers = { location: '/' };
    expect(await look(browsers, {}, giving([1]))).toMatchObject({ outcome: 'fail', cause: 'no-page' });
    expect(ended).toEqual([]);
  });

  test('without a browser it is unknown', async () => {
    const none: Browsers = {
      startForTool: () => Promise.reject(new CannotTell('browser-missing', 'none here')),
    };
    expect(await look(none, {}, giving([1]))).toMatchObject({ outcome: 'unknown', cause: 'browser-missing' });
  });
});

test('a plan that names no category is refused', () => {
  const plan = (atLeast: Planned['atLeast']) => () =>
    parsePlan({
      target: { name: 'shop', urls: { app: 'http://127.0.0.1:3000' } },
      probes: [{ kind: 'lighthouse', id: 'pages-score-well', title: 'x', atLeast: atLeast ?? {} }],
    });
  expect(plan({})).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ path: 'probes[0].atLeast' })] }),
  );
  expect(plan({ seo: 91 })).not.toThrow();
});
