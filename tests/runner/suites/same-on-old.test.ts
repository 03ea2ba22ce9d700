import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressesOf, placesOf } from '../../../contract/plan/addresses.ts';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { createPlaywrightApplication } from '../../../suites/adapters/app/playwright-application.ts';
import { resolveBrowser } from '../../../suites/browser.ts';
import { openerOfOld } from '../../../suites/flows/old-page.ts';
import { runFlow } from '../../../suites/flows/run-flow.ts';
import { type BrowserSession, createBrowserSession } from '../../../suites/page-session.ts';
import { targetApplication } from '../../../suites/target-application.ts';
import { flowRunOn, listen, type Listening } from '../../unit/suites/run-flow-on.ts';
import { runPlaywright } from './run-playwright.ts';
import { planOf } from './two-systems/two.plan.ts';

const SPEC = path.join(import.meta.dirname, 'two-systems/two.spec.ts');

/** A shop with a way to pay, or without: the new one has lost it. */
function shop(side: 'old' | 'new') {
  const pay = side === 'old' ? '<button id="pay">Pay</button>' : '';
  const cart = `<h1>Cart</h1>${pay}<iframe id="bank" srcdoc="<p>Bank</p>"></iframe>`;
  const posting = (how: string): string => `${cart}<script>${how}</script>`;
  return (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname } = new URL(request.url ?? '/', 'http://shop.test');
    const html = (content: string, status = 200): void => {
      response.writeHead(status, { 'content-type': 'text/html' }).end(`<!doctype html><body>${content}`);
    };
    const to = (location: string): void =>
      void response.writeHead(303, { location, 'set-cookie': 'in=1' }).end();
    if (side === 'old' && request.headers['x-inside'] !== 'yes') return html('outside', 401);
    const routes: Record<string, () => void> = {
      '/cart': () => html(cart),
      '/name': () =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end(`{"name":"${side}"}`),
      [`/of/${side}`]: () => html(cart),
      '/beacon': () => html(posting('navigator.sendBeacon("/seen", "x")')),
      '/script': () => html(posting('fetch("/api/prices", { method: "POST" })')),
      '/socket': () => html(posting('new WebSocket(`ws://${location.host}/live`)')),
      '/hang-up': () => (side === 'old' ? void request.socket.destroy() : html(cart)),
      '/login': () =>
        request.method === 'POST'
          ? to('/account')
          : html('<form method="post"><button>Log in</button></form>'),
      '/account': () => html('<h1>Account</h1>'),
      '/members': () => (side === 'old' ? to('/login') : html(cart)),
      '/wishlist': () => html('<h1>Wishes</h1>', side === 'old' ? 404 : 200),
      '/wrong': () => html('<h1>Cart</h1><button id="hidden" hidden>x</button>'),
      '/broken': () => html('<h1>Sorry</h1>', side === 'old' ? 200 : 500),
    };
    (routes[pathname] ?? (() => html('nothing here', 404)))();
  };
}

const NOBODY = { cookies: [], origins: [] };
let newShop: Listening;
let oldShop: Listening;
let bank: Listening;
let browsers: BrowserSession;

beforeAll(async () => {
  [newShop, oldShop, bank] = await Promise.all([
    listen(shop('new')),
    listen(shop('old')),
    listen((request, response) => {
      response.writeHead(request.url === '/gone' ? 404 : 200, { 'content-type': 'text/html' });
      response.end('<h1>Bank</h1>');
    }),
  ]);
  browsers = createBrowserSession(chromium, {}, () => resolveBrowser());
});
afterAll(async () => {
  await browsers.close();
  await Promise.all([newShop, oldShop, bank].map((one) => one.close()));
});

/** As the room of flows runs them, without Playwright's runner: it starts a worker anew after each failure. */
async function look(id: string, old = oldShop.url): Promise<Finding> {
  const plan = planOf({ new: newShop.url, old, other: bank.url });
  const subject = plan.flows.find((one) => one.id === id);
  if (!subject) throw new Error(`no flow ${id}`);
  const places = placesOf(plan.target);
  const opened = await browsers.open({ baseURL: newShop.url, storageState: NOBODY, places });
  try {
    return await runFlow(
      flowRunOn(newShop.url, subject, {
        urls: addressesOf(plan.target),
        thirdParties: new Set(Object.keys(plan.target.thirdParties ?? {})),
        oldUrls: plan.target.old?.urls,
        context: { unique: () => 'gl-test-1', secret: () => 'secret', data: {} },
        application: targetApplication(createPlaywrightApplication(opened.requests), plan.target),
        port: () => ({ find: async () => ({ rows: [{}] }) }) as never,
        openPage: async () => opened,
        // A machine that is busy must not be taken for a reason.
        watchOwnDelay: () => ({ lostMs: () => 0, stop: () => undefined }),
        openOldPage: openerOfOld(plan.target, browsers),
        closePage: () => opened.close(),
      }),
    );
  } finally {
    await opened.close();
  }
}

describe('a page step that finds nothing', () => {
  test.each([
    ['click-misses-on-both', "locator('#checkout')"],
    ['expect-misses-on-both', "getByRole('button', { name: 'Check out' })"],
    ['wait-misses-on-both', "locator('#bank').contentFrame().getByText('Card')"],
    ['missing-page-on-both', "locator('#pay')"],
    ['page-with-a-beacon', "locator('#checkout')"],
    ['second-step-misses-on-both', "locator('#checkout')"],
  ])('%s: unknown, because old lacks it as well', async (id, locator) => {
    const finding = await look(id);
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'missed-on-old-too' });
    expect(finding.summary).toContain(
      `nothing matches ${locator}, and the same step finds nothing on the old system either: the flow, not the release`,
    );
    expect(JSON.stringify(finding)).not.toContain('geheim');
  });

  test.each(['click-misses-on-new', 'expect-misses-on-new', 'wait-misses-on-new'])(
    '%s: fail, because old has it',
    async (id) => {
      const finding = await look(id);
      expect(finding.outcome).toBe('fail');
      expect(finding.summary).toMatch(/; on http:\/\/127\.0\.0\.1:\d+\/cart \(200\); the old system has it$/);
    },
  );

  test.each([
    ['old-hangs-up', /there the step ends otherwise \(page\.goto: net::ERR_EMPTY_RESPONSE/],
    ['form-is-needed', /it is only read, and the step wanted to send POST http:\S+\/login$/],
    ['script-posts', /wanted to send POST http:\S+\/api\/prices$/],
    ['socket-is-needed', /wanted to send WebSocket http:\S+\/live$/],
    ['request-of-the-page-posts', /wanted to send POST http:\S+\/login$/],
    ['another-context-is-needed', /there the step ends otherwise$/],
    ['request-step-posts', /it is only read, and the step "log-in" sends POST$/],
    ['observation-is-needed', /the flow needs what the observation "row" finds on new$/],
    ['old-asks-who-it-is', /there the step stands on http:\S+\/login \(200\)$/],
    ['old-has-no-such-page', /there the step stands on http:\S+\/wishlist \(404\)$/],
    ['address-is-written-out', /which is no address of the old system$/],
  ])('%s: fail, and it says why old could not be asked', async (id, words) => {
    const finding = await look(id);
    expect(finding.outcome, finding.summary).toBe('fail');
    expect(finding.summary).toMatch(words);
    expect(finding.summary).toContain('; not compared with the old system: ');
  });

  test('a system that is not there says nothing', async () => {
    const gone = await listen(() => undefined);
    await gone.close();
    const finding = await look('click-misses-on-both', gone.url);
    expect(finding.outcome).toBe('fail');
    expect(finding.summary).toContain('not compared with the old system: there the step ends otherwise');
    expect(finding.summary).toContain('ERR_CONNECTION_REFUSED');
  });

  test('one and the same system is no comparison', async () => {
    const finding = await look('click-misses-on-both', newShop.url);
    expect(finding.outcome).toBe('fail');
    expect(finding.summary).toContain('which is no address of the old system');
  });
});

test.each([
  ['at-a-third-party', /an answer of another shape than expected \(page: .*#checkout/],
  ['late-at-a-third-party', /no answer in time \(page: not done/],
  ['error-of-a-third-party', /another status than expected \(page: .*\/gone \(404\)/],
  ['third-party-is-away', /the third party "away": connection refused/],
])('%s: unknown, never the fault of the target', async (id, words) => {
  const finding = await look(id);
  expect(finding).toMatchObject({ outcome: 'unknown', cause: 'third-party' });
  expect(finding.summary).toMatch(words);
  expect(finding.remedy).toContain('it says nothing about the target');
});

test('what a page of a third party shows is about the target', async () => {
  expect(await look('a-third-party-says-otherwise')).toMatchObject({ outcome: 'fail', cause: 'page' });
});

test.each(['text-is-wrong-on-both', 'button-is-hidden-on-both', 'new-is-broken'])(
  '%s: old is not even asked',
  async (id) => {
    const finding = await look(id);
    expect(finding.outcome).toBe('fail');
    expect(finding.summary).not.toContain('old system');
    expect(oldShop.asked.filter((one) => /\/(wrong|broken)/.test(one))).toEqual([]);
  },
);

test('old is only read', () => {
  expect(oldShop.asked).toContain('GET /cart');
  expect(oldShop.asked.filter((one) => !/^(GET|HEAD) /.test(one))).toEqual([]);
  expect(newShop.asked).toContain('POST /login');
});

test('a real run says so, too', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'greenlight-two-'));
  try {
    const run = await runPlaywright(
      SPEC,
      {
        NEW_URL: newShop.url,
        OLD_URL: oldShop.url,
        OTHER_URL: bank.url,
        GREENLIGHT_PLAN: path.join(directory, 'two.plan.ts'),
      },
      ['--grep', '@wait-misses-on-(both|new)'],
    );
    const told = [...run.checks].map(([id, { findings }]) => [id, findings[0]?.outcome]);
    expect(told, run.output.slice(0, 3000)).toEqual([
      ['wait-misses-on-both', 'unknown'],
      ['wait-misses-on-new', 'fail'],
    ]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
