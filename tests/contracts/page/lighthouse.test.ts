import { chromium } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { Probe, type ProbeInput } from '../../../contract/plan/probe.ts';
import { Target } from '../../../contract/plan/target.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { resolveBrowser } from '../../../suites/browser.ts';
import { createControl } from '../../../suites/control.ts';
import { createBrowserSession } from '../../../suites/page-session.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { probeLighthouse } from '../../../suites/probes/lighthouse-probe.ts';
import { listen, type Listening } from '../../unit/suites/run-flow-on.ts';

/**
 * Lighthouse itself, in the browser of page steps. What its scores mean, how many looks count and what a slow machine says
 * is in tests/unit/suites/lighthouse-probe.test.ts, without it.
 */
const session = createBrowserSession(chromium, {}, () => resolveBrowser());

const WELL = `<!doctype html><html lang="en"><head><title>The shop of green things</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="description" content="Green things">
</head><body><main><h1>Green things</h1><p><img src="/tea.svg" alt="A cup of tea" width="80" height="80"></p>
<p><a href="/cart">Look into the cart</a></p></main></body></html>`;
/** Nobody who hears a page instead of seeing it can use it. */
const BROKEN = WELL.replace(' lang="en"', '')
  .replace(/<title>.*<\/title>/, '')
  .replace(' alt="A cup of tea"', '')
  .replace('Look into the cart', '<button></button>')
  .replace('width=device-width, initial-scale=1', 'width=device-width, user-scalable=no');

let shop: Listening;
const seen: (readonly [string | undefined, unknown])[] = [];
beforeAll(async () => {
  shop = await listen((request, response) => {
    seen.push([request.url, request.headers['x-tenant']]);
    if (request.url === '/tea.svg')
      response
        .writeHead(200, { 'content-type': 'image/svg+xml' })
        .end('<svg xmlns="http://www.w3.org/2000/svg"/>');
    else if (!['/', '/broken'].includes(request.url ?? '')) response.writeHead(404).end();
    else
      response.writeHead(200, { 'content-type': 'text/html' }).end(request.url === '/broken' ? BROKEN : WELL);
  });
});
afterAll(async () => {
  await session.close();
  await shop.close();
});

async function look(
  over: Partial<Extract<ProbeInput, { kind: 'lighthouse' }>>,
  headers?: Readonly<Record<string, string>>,
): Promise<Finding> {
  const probe = Probe.parse({
    kind: 'lighthouse',
    id: 'pages-score-well',
    title: 'x',
    atLeast: { accessibility: 95, seo: 95 },
    runs: 1,
    budgetMs: 20_000,
    ...over,
  }) as Extract<Probe, { kind: 'lighthouse' }>;
  const target = Target.parse({ name: 'shop', urls: { app: shop.url }, headers });
  const tools = {
    application: createHttpApplication(),
    urls: target.urls,
    control: createControl(undefined),
  };
  return probeFinding(probe.id, () => probeLighthouse(session, probe, tools, target));
}

test('passes a page that everybody can use, with the headers of the plan', async () => {
  const finding = await look({}, { 'x-tenant': 'a' });
  expect(finding).toMatchObject({
    outcome: 'pass',
    summary: expect.stringMatching(/accessibility of \/: \d+/) as string,
  });
  // The first asks whether the page is there, and is no browser's.
  const asked = seen.filter(([path]) => path === '/').slice(1);
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.every(([, tenant]) => tenant === 'a')).toBe(true);
});

test('fails a page that nobody can use who hears it, and names what is worst', async () => {
  const finding = await look({ paths: ['/broken'] });
  expect(finding).toMatchObject({ outcome: 'fail', cause: 'score', unit: 'of 100' });
  expect(finding.summary).toMatch(
    /^accessibility of \/broken: \d\d of 100, expected >= 95 of 100; worst: \S.*, .*, /,
  );
  expect(finding.summary).toMatch(/<title>|<html>|\[alt\]|user-scalable/);
});
