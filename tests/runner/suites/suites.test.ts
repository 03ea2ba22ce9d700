import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { type LedgerEntry, openLedger } from '../../../safety/ledger.ts';
import { type PlaywrightRun, type RanCheck, runPlaywright } from './run-playwright.ts';
import { type ShopServer, startShop, WEBHOOK_SECRET } from './shop/shop-server.ts';

const SPEC = path.join(import.meta.dirname, 'shop/shop.spec.ts');
const TOKEN = 'tok-9f8e7d6c5b4a3f2e';

let directory: string;
let shop: ShopServer;
let dead: string;
let common: Record<string, string>;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'greenlight-shop-'));
  shop = await startShop();
  dead = await deadUrl();
  common = {
    SHOP_URL: shop.url,
    SHOP_DEAD_URL: dead,
    SHOP_TOKEN: TOKEN,
    SHOP_WEBHOOK_SECRET: WEBHOOK_SECRET,
    // Only its folder matters: the state directory lies beside the plan.
    GREENLIGHT_PLAN: path.join(directory, 'shop.plan.ts'),
  };
});

afterAll(async () => {
  await shop.close();
  await rm(directory, { recursive: true, force: true });
});

/** An address on which nothing listens any more. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return `http://127.0.0.1:${port}`;
}

const grep = (...ids: string[]): string[] => ['--grep', ids.map((id) => `@${id}( |$)`).join('|')];

function ranCheck(run: PlaywrightRun, id: string): RanCheck {
  const found = run.checks.get(id);
  if (!found) throw new Error(`${id} did not run; Playwright said: ${run.output.slice(0, 3000)}`);
  return found;
}

function findingOf(run: PlaywrightRun, id: string): Finding {
  const { findings, error } = ranCheck(run, id);
  expect(findings, `${id}: ${error}`).toHaveLength(1);
  return findings[0] as Finding;
}

describe('a run against a shop that answers', () => {
  let run: PlaywrightRun;
  let outstanding: readonly LedgerEntry[];

  beforeAll(async () => {
    run = await runPlaywright(SPEC, {
      ...common,
      GREENLIGHT_RELEASE_ID: 'shop-2',
      GREENLIGHT_RELEASE_COMMIT: 'abcdef1',
    });
    outstanding = await (await openLedger(path.join(directory, '.greenlight'), 'shop')).outstanding();
    // Playwright starts a new worker after every failed test, and most tests here fail on purpose.
  }, 600_000);

  test('ends by itself and registers each check of the phase once', () => {
    expect(run.exitCode, run.output.slice(0, 3000)).toBe(1);
    expect([...run.checks.keys()]).toHaveLength(38);
    expect(run.checks.has('own-check-elsewhere')).toBe(false);
  });

  test.each([
    ['visitor-can-register', 'All 2 steps held'],
    ['welcome-mail-arrives', 'All 3 steps held'],
    ['page-works', 'All 1 steps held'],
    ['page-knows-the-visitor', 'All 3 steps held'],
    ['page-and-requests-are-one-visitor', 'All 2 steps held'],
    ['target-answers', '1 of 1 addresses answer'],
    ['wanted-release-runs', 'The wanted release runs: shop-2 at abcdef1234567890 (asked 6 times)'],
    ['mailbox-readable', 'The mailbox can be read'],
    ['pages-answer', '2 of 2 paths answered with 200'],
    ['health-is-true', 'The health document is right, and 1 of 1 witnesses confirm it'],
    ['page-has-few-scripts', 'scripts of /page: 0 B in 0'],
    ['webhook-strict', 'The receiver judged 6 deliveries rightly'],
  ])('%s passes', (id, summary) => {
    expect(findingOf(run, id)).toMatchObject({ outcome: 'pass', summary });
    expect(ranCheck(run, id).status).toBe('passed');
  });

  test.each([
    ['fails-after-creating', 'status', 'Step "broken": status: 404 {}, expected 2xx'],
    ['redirect-is-an-answer', 'status', 'Step "ask": status: 302, which leads to /me, expected 2xx'],
    ['shape-is-right', 'shape', 'Step "ask": body.id: 5, expected string'],
    ['total-is-right', 'comparison', 'Step "ask": total: 1999, expected 2000'],
    [
      'answers-in-time',
      'no-answer',
      'Step "ask": answer: no answer in time, expected an answer within 300 ms',
    ],
    [
      'connection-holds',
      'no-answer',
      'Step "ask": answer: connection reset, expected an answer within 5000 ms',
    ],
    ['invoice-mail-arrives', 'no-mail', 'Step "mail": mailbox: no such mail, expected found within 600 ms'],
    [
      'page-text-is-right',
      'page',
      "expect(getByRole('heading')).toHaveText: a text of 4 characters, expected Warehouse",
    ],
    ['page-has-the-button', 'page', 'waiting for getByText'],
    ['page-is-done-in-time', 'budget', "not done (waiting for locator('#never') to be visible)"],
    ['page-is-reachable', 'no-answer', 'answer: connection refused'],
    ['missing-page-answers', 'status', 'status of /nowhere: 404, expected 200'],
    [
      'health-does-not-lie',
      'health-lies',
      'Health claims {"status":"ok"}, but status of /database-backed: 503',
    ],
    ['health-has-a-version', 'shape', 'body.version: nothing, expected string'],
    ['webhook-ageless', 'webhook', 'a delivery signed 301 s ago was answered 200'],
    ['webhook-gullible', 'webhook', 'a delivery signed with a wrong secret was answered 200'],
    ['webhook-absent', 'webhook', 'answered 404'],
  ])('%s fails: %s', (id, cause, words) => {
    const finding = findingOf(run, id);
    expect(finding).toMatchObject({ outcome: 'fail', cause });
    expect(finding.summary).toContain(words);
    expect(ranCheck(run, id).status).toBe('failed');
  });

  test.each([
    ['capture-throws', 'TypeError: Cannot read properties of undefined'],
    ['page-function-throws', 'TypeError: x is not a function'],
    ['undeclared-secret', 'a flow reads HOME, which the plan does not name'],
  ])('%s is unknown: a throw in the plan says nothing about the target', (id, words) => {
    const finding = findingOf(run, id);
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'flow-threw' });
    expect(finding.summary).toContain(words);
  });

  test('a page step that fails says where it was and what went wrong there', () => {
    const { outcome, summary } = findingOf(run, 'page-is-not-broken');
    expect(outcome).toBe('fail');
    expect(summary).toContain("waiting for getByRole('button')");
    expect(summary).toMatch(/; on http:\/\/127\.0\.0\.1:\d+\/page\/broken\?… \(200\); console errors /);
    expect(summary).toContain('no stock');
    expect(summary).toContain('cart is not defined');
    expect(summary).toMatch(/GET http:\/\/127\.0\.0\.1:\d+\/no-such\.js\?… 404/);
    expect(summary).toMatch(/GET http:\/\/127\.0\.0\.1:\d+\/page\/drop net::ERR_EMPTY_RESPONSE/);
    expect(summary).not.toContain('geheim');
  });

  test('a challenge page is unknown, and says what to do', () => {
    const finding = findingOf(run, 'page-is-the-product');
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'challenge-page' });
    expect(finding.summary).toContain('/page/challenge');
    expect(finding.remedy).toContain('allow list');
  });

  test('a secret that the target sends back is in no finding', () => {
    const finding = findingOf(run, 'secret-stays-secret');
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'status' });
    expect(JSON.stringify(finding)).not.toContain(TOKEN);
    expect(finding.summary).toContain('[redacted]');
    expect(run.raw).not.toContain(TOKEN);
  });

  test('whatever was created is removed, after failures as well; only what the shop refuses to delete is left', () => {
    expect(shop.asked.filter((one) => one === 'POST /customers').length).toBeGreaterThanOrEqual(6);
    expect([...shop.customers]).toEqual([]);
    expect(outstanding.map(({ kind, check }) => ({ kind, check }))).toEqual([
      { kind: 'undeletable', check: 'cannot-be-removed' },
    ]);
    const left = ranCheck(run, 'cannot-be-removed').annotations.filter(
      (one) => one.type === 'greenlight:left-on-target',
    );
    expect(left[0]?.description).toContain('undeletable gl-');
  });

  test('tags carry severity, id and area; the title is that of the plan', () => {
    expect(ranCheck(run, 'visitor-can-register')).toMatchObject({
      title: 'A visitor can register',
      tags: ['blocking', 'visitor-can-register', 'registration'],
    });
    expect(ranCheck(run, 'welcome-mail-arrives').tags).toContain('advisory');
    expect(ranCheck(run, 'own-check-holds')).toMatchObject({ title: 'An own check holds', status: 'passed' });
  });

  test('a connection error leaves the answer of the control address behind', () => {
    expect(ranCheck(run, 'own-check-refused').control).toBe('not-asked');
    expect(ranCheck(run, 'connection-holds').control).toBe('not-asked');
    expect(ranCheck(run, 'total-is-right').control).toBeUndefined();
  });

  test('the steps of a flow are in its finding', () => {
    const detail = findingOf(run, 'fails-after-creating').detail;
    expect(detail?.kind === 'flow' && detail.steps.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      'register pass',
      'me pass',
      'broken fail',
    ]);
  });
});

test('the mail of synthetic customers is removed once the checks are done, and no other', async () => {
  await fetch(`${shop.url}/customers`, { method: 'POST', body: '{"email":"ann@shop.test"}' });
  const run = await runPlaywright(SPEC, common, grep('welcome-mail-arrives'));
  expect(findingOf(run, 'welcome-mail-arrives').outcome).toBe('pass');
  expect(shop.mailed).toEqual(['ann@shop.test']);
  await fetch(`${shop.url}/customers?email=ann@shop.test`, { method: 'DELETE' });
});

test('parts of ours that are missing are unknown, and hold up nothing else', async () => {
  const run = await runPlaywright(
    SPEC,
    {
      ...common,
      SHOP_MAIL_URL: dead,
      GREENLIGHT_BROWSER: path.join(directory, 'no-browser'),
      GREENLIGHT_RELEASE_ID: 'shop-3',
    },
    grep(
      'visitor-can-register',
      'welcome-mail-arrives',
      'page-works',
      'mailbox-readable',
      'wanted-release-runs',
    ),
  );
  expect(findingOf(run, 'visitor-can-register').outcome).toBe('pass');
  expect(findingOf(run, 'welcome-mail-arrives')).toMatchObject({
    outcome: 'unknown',
    cause: 'port-unavailable',
  });
  expect(findingOf(run, 'mailbox-readable')).toMatchObject({ outcome: 'unknown', cause: 'port-unavailable' });
  const browser = findingOf(run, 'page-works');
  expect(browser).toMatchObject({ outcome: 'unknown', cause: 'browser-missing' });
  expect(browser.remedy).toContain('GREENLIGHT_BROWSER');
  expect(findingOf(run, 'wanted-release-runs')).toMatchObject({
    outcome: 'fail',
    cause: 'other-release',
    measured: 'shop-2',
    expected: 'shop-3',
    observedRelease: { id: 'shop-2', commit: 'abcdef1234567890' },
  });
});

describe('a target that refuses connections', () => {
  const ids = ['visitor-can-register', 'target-answers', 'own-check-refused'];

  test('fails while the control address answers', async () => {
    const run = await runPlaywright(
      SPEC,
      { ...common, SHOP_URL: dead, SHOP_CONTROL: shop.url },
      grep(...ids),
    );
    expect(findingOf(run, 'visitor-can-register')).toMatchObject({ outcome: 'fail', cause: 'no-answer' });
    expect(findingOf(run, 'target-answers')).toMatchObject({ outcome: 'fail', cause: 'no-answer' });
    expect(ids.map((id) => ranCheck(run, id).control)).toEqual(['answers', 'answers', 'answers']);
  });

  test('is unknown while the control address is silent', async () => {
    const run = await runPlaywright(SPEC, { ...common, SHOP_URL: dead, SHOP_CONTROL: dead }, grep(...ids));
    expect(findingOf(run, 'visitor-can-register')).toMatchObject({ outcome: 'unknown', cause: 'network' });
    expect(findingOf(run, 'target-answers')).toMatchObject({ outcome: 'unknown', cause: 'network' });
    expect(ids.map((id) => ranCheck(run, id).control)).toEqual(['silent', 'silent', 'silent']);
  });
});

test('an unwritable ledger keeps a flow from creating anything', async () => {
  const before = shop.asked.filter((one) => one === 'POST /customers').length;
  const run = await runPlaywright(
    SPEC,
    // A file where the state directory should be: not even root can write there.
    { ...common, GREENLIGHT_PLAN: path.join(SPEC, 'shop.plan.ts') },
    grep('visitor-can-register'),
  );
  expect(findingOf(run, 'visitor-can-register')).toMatchObject({
    outcome: 'unknown',
    cause: 'ledger-unwritable',
  });
  expect(shop.asked.filter((one) => one === 'POST /customers').length).toBe(before);
});

test('a live key is refused before anything is sent', async () => {
  const before = shop.asked.length;
  const live = ['sk', 'live', 'abcdefghijklmnop'].join('_');
  const run = await runPlaywright(
    SPEC,
    { ...common, SHOP_WEBHOOK_SECRET: live },
    grep('visitor-can-register'),
  );
  expect(ranCheck(run, 'visitor-can-register')).toMatchObject({ status: 'failed', findings: [] });
  expect(ranCheck(run, 'visitor-can-register').error).toContain('LIVE_KEY');
  expect(run.raw).not.toContain(live);
  expect(shop.asked.length).toBe(before);
});

test('a run that is interrupted removes what it created', async () => {
  const before = shop.asked.filter((one) => one === 'GET /slow').length;
  await runPlaywright(SPEC, { ...common, GREENLIGHT_PHASE: 'watch' }, grep('takes-its-time'), (child) => {
    const timer = setInterval(() => {
      if (shop.asked.filter((one) => one === 'GET /slow').length === before) return;
      clearInterval(timer);
      expect(shop.customers.size).toBe(1);
      child.kill('SIGINT');
    }, 20);
    child.once('exit', () => clearInterval(timer));
  });
  expect(shop.asked.filter((one) => one === 'GET /slow').length).toBe(before + 1);
  expect([...shop.customers]).toEqual([]);
});
