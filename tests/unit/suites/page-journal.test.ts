import { EventEmitter } from 'node:events';
import { errors, type Page } from '@playwright/test';
import { describe, expect, test } from 'vitest';
import { flow } from '../../../contract/index.ts';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { keepJournal } from '../../../suites/page-journal.ts';
import { runFlowOn } from './run-flow-on.ts';

interface Met {
  readonly url: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A browser context with one page, without a browser. */
function stubContext(address: string) {
  const context = new EventEmitter();
  const page = { url: () => address, context: () => context };
  const request = (url: string, main: boolean, failure?: string) => ({
    url: () => url,
    method: () => 'GET',
    isNavigationRequest: () => main,
    frame: () => ({ parentFrame: () => null, page: () => page }),
    failure: () => (failure === undefined ? null : { errorText: failure }),
  });
  const answers = ({ url, status = 200, headers = {}, body = '' }: Met, main: boolean): void => {
    context.emit('response', {
      url: () => url,
      status: () => status,
      headers: () => headers,
      text: async () => body,
      request: () => request(url, main),
    });
  };
  return {
    page: page as unknown as Page,
    journal: keepJournal(Object.assign(context, { pages: () => [page] }) as never),
    shows: (met: Met) => answers(met, true),
    loads: (met: Met) => answers(met, false),
    fails: (url: string, said: string) => context.emit('requestfailed', request(url, false, said)),
    says: (text: string, type = 'error') => context.emit('console', { type: () => type, text: () => text }),
    throws: (error: unknown) => context.emit('weberror', { error: () => error }),
  };
}

type Stub = ReturnType<typeof stubContext>;

const missing = (): never => {
  throw new errors.TimeoutError(
    "locator.click: Timeout 300ms exceeded.\nCall log:\n  - waiting for locator('#pay')\n",
  );
};
const unequal = (): never => {
  throw Object.assign(
    new Error("expect(locator).toHaveText(expected) failed\n\nLocator: locator('#total')\n"),
    { matcherResult: { name: 'toHaveText', actual: '0', expected: '20' } },
  );
};
const never = (): Promise<never> => new Promise(() => {});

function drive(stub: Stub, run: () => Promise<never> | never): Promise<Finding> {
  const subject = flow('visitor-pays', { title: 'A visitor pays' }).page('pay', {
    budgetMs: run === never ? 200 : 10_000,
    run: async () => run(),
  });
  return runFlowOn('http://shop.test', subject, { openPage: async () => stub });
}

const pageOf = ({ detail }: Finding) => (detail?.kind === 'flow' ? detail.steps[0]?.page : undefined);

describe('a page step that does not hold says what its page met', () => {
  test.each([
    ['a locator that matches nothing', missing, "waiting for locator('#pay')"],
    ['an expect that does not hold', unequal, "expect(locator('#total')).toHaveText: 0, expected 20"],
    ['a budget that is over', never, 'not done'],
  ])('%s fails, and names address, status, errors and requests', async (_name, run, words) => {
    const stub = stubContext('http://ann:pw@shop.test/cart?token=geheim#frag');
    stub.shows({ url: 'http://shop.test/cart?token=geheim', status: 500 });
    stub.loads({ url: 'http://shop.test/api/stock?key=geheim', status: 503, body: 'geheim' });
    stub.fails('http://cdn.test/app.js', 'net::ERR_CONNECTION_REFUSED');
    stub.throws(new TypeError('cart is undefined\n    at geheim'));
    const finding = await drive(stub, run);
    expect(finding.outcome).toBe('fail');
    expect(finding.summary).toContain(words);
    expect(finding.summary).toContain(
      '; on http://shop.test/cart?… (500); console errors cart is undefined; failed requests ' +
        'GET http://shop.test/api/stock?… 503, GET http://cdn.test/app.js net::ERR_CONNECTION_REFUSED',
    );
    expect(JSON.stringify(finding)).not.toMatch(/geheim|ann:pw|frag/);
    expect(pageOf(finding)?.failedRequests).toEqual([
      'GET http://shop.test/cart?… 500',
      'GET http://shop.test/api/stock?… 503',
      'GET http://cdn.test/app.js net::ERR_CONNECTION_REFUSED',
    ]);
  });

  test.each([
    [
      'a request that the page no longer wanted',
      (s: Stub) => s.fails('http://shop.test/a', 'net::ERR_ABORTED'),
    ],
    ['a warning', (s: Stub) => s.says('slow', 'warning')],
    ['what the browser says of each failed request', (s: Stub) => s.says('Failed to load resource: 404')],
    ['an answer that is one', (s: Stub) => s.loads({ url: 'http://shop.test/a', status: 304 })],
  ])('not %s', async (_name, meet) => {
    const stub = stubContext('http://shop.test/cart');
    stub.shows({ url: 'http://shop.test/cart' });
    meet(stub);
    expect((await drive(stub, missing)).summary).toMatch(/; on http:\/\/shop\.test\/cart \(200\)$/);
  });

  test('of many it names the last three, each once, and cuts long ones between words', () => {
    const stub = stubContext('about:blank');
    for (const at of [1, 2, 3, 4, 5, 5]) stub.loads({ url: `http://shop.test/${at}`, status: 404 });
    stub.says(`no http://shop.test/x?token=geheim ${'word '.repeat(30)} ${'s'.repeat(40)}`);
    const told = stub.journal.told();
    expect(told).toMatch(
      /\/3 404, GET http:\/\/shop\.test\/4 404, GET http:\/\/shop\.test\/5 404 and 2 more$/,
    );
    expect(told).toMatch(/^on about:blank; console errors no http:\/\/shop\.test\/x\?… word .* …;/);
    expect(told).not.toMatch(/geheim|sss/);
  });
});

test('the detail of a step has the last ten requests that failed, aborted ones too, and the last lines of the log', async () => {
  const stub = stubContext('http://shop.test/cart');
  for (let at = 1; at <= 11; at += 1) stub.loads({ url: `http://shop.test/${at}`, status: 404 });
  stub.fails('http://shop.test/a?token=geheim', 'net::ERR_ABORTED');
  const call = ['one', 'two', 'three', 'four', 'navigating to "http://shop.test/x?token=geheim"', 'six'];
  const finding = await drive(stub, () => {
    const log = call.map((line) => `  - ${line}`).join('\n');
    throw new errors.TimeoutError(`locator.click: Timeout 100ms exceeded.\nCall log:\n${log}\n`);
  });
  const page = pageOf(finding);
  expect(page?.failedRequests).toHaveLength(10);
  expect(page?.failedRequests.at(-1)).toBe('GET http://shop.test/a?… aborted');
  expect(page?.log).toHaveLength(5);
  expect(page?.log.at(-1)).toBe('six');
  expect(JSON.stringify(finding)).not.toContain('geheim');
  const passing = flow('visitor-pays', { title: 'A visitor pays' }).page('pay', { run: async () => ({}) });
  expect(
    pageOf(await runFlowOn('http://shop.test', passing, { openPage: async () => stub })),
  ).toBeUndefined();
});

describe('data of customers in what a page met', () => {
  const NAME = 'Eve Miller';
  const ID = '3f2b8c1e-9d4a-4b6f-8e21-0a7c5d9e1f34';
  const say = async (meet: (stub: Stub) => void, showValues: boolean, run = missing): Promise<string> => {
    const stub = stubContext('http://shop.test/cart');
    meet(stub);
    const subject = flow('visitor-pays', { title: 'A visitor pays', showValues })
      .given(() => ({ customer: { name: NAME }, word: 'cart' }))
      .page('pay', { run: async () => run() });
    return JSON.stringify(await runFlowOn('http://shop.test', subject, { openPage: async () => stub }));
  };
  const byName = (): never => {
    throw new errors.TimeoutError(
      `locator.click: Timeout 300ms exceeded.\nCall log:\n  - waiting for getByText('${NAME}')\n`,
    );
  };

  test.each<[string, (stub: Stub) => void, string, string]>([
    [
      'a name in an address',
      (s) => s.loads({ url: `http://shop.test/of/${encodeURIComponent(NAME)}`, status: 404 }),
      'GET http://shop.test/of/[a text of 10 characters] 404',
      'Eve',
    ],
    [
      'a mail address in an address',
      (s) => s.loads({ url: 'http://shop.test/of/ann%40shop.example/orders', status: 500 }),
      'GET http://shop.test/of/[a text of 16 characters]/orders 500',
      'ann',
    ],
    [
      'an identity in an address',
      (s) => s.fails(`http://shop.test/of/${ID}`, 'net::ERR_FAILED'),
      'GET http://shop.test/of/[a text of 36 characters] net::ERR_FAILED',
      '3f2b8c1e',
    ],
    [
      'what a script quotes',
      (s) => s.throws(new Error('no account of "Ann O. Ther"')),
      'no account of [a text of 11 characters]',
      'Ther',
    ],
    [
      'a name that a script says',
      (s) => s.says(`${NAME} has no cart`),
      '[a text of 10 characters] has no cart',
      'Eve',
    ],
    [
      'a telephone number that a script says',
      (s) => s.says('cannot call +44 20 7946 0958 now'),
      'cannot call [a text of 16 characters] now',
      '7946',
    ],
  ])('%s is shown by its shape', async (_, meet, words, data) => {
    const told = await say(meet, false);
    expect(told).toContain(words);
    expect(told).not.toContain(data);
    expect(await say(meet, true)).toContain(data);
  });

  test('a name in a locator, too', async () => {
    const told = await say(() => undefined, false, byName);
    expect(told).toContain("waiting for getByText('[a text of 10 characters]')");
    expect(told).not.toContain('Eve');
    expect(await say(() => undefined, true, byName)).toContain(`getByText('${NAME}')`);
  });

  test('what is needed at night, and what we made ourselves, stays', async () => {
    const told = await say((s) => {
      s.says("Cannot read properties of undefined (reading 'total')");
      s.loads({ url: 'http://127.0.0.1:38791/of/gl-run7-1zr0-abc-1@shop.test/1234567', status: 500 });
    }, false);
    expect(told).toContain("(reading 'total')");
    expect(told).toContain('http://127.0.0.1:38791/of/gl-run7-1zr0-abc-1@shop.test/1234567 500');
    expect(told).toContain('on http://shop.test/cart');
  });
});

describe('a page that is none of the product makes the step unknown', () => {
  const challenges: readonly (readonly [string, Met])[] = [
    ['by its header', { url: 'http://shop.test/', status: 403, headers: { 'cf-mitigated': 'challenge' } }],
    ['by its body', { url: 'http://shop.test/', status: 403, body: '<p>Incapsula incident ID: 1-2</p>' }],
    ['of a captcha', { url: 'http://shop.test/', status: 405, headers: { 'x-amzn-waf-action': 'captcha' } }],
  ];
  test.each(
    challenges.flatMap(([name, met]) => [missing, unequal, never].map((run) => [name, met, run] as const)),
  )('%s', async (_name, met, run) => {
    const stub = stubContext(met.url);
    stub.shows(met);
    const finding = await drive(stub, run);
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'challenge-page' });
    expect(finding.remedy).toContain('allow list');
    expect(finding.summary).toContain('on http://shop.test/');
  });

  test.each<readonly [string, (stub: Stub) => void]>([
    ['a page without a mark', (s) => s.shows({ url: 'http://shop.test/', status: 403, body: 'Forbidden' })],
    [
      'a page that says 503',
      (s) => s.shows({ url: 'http://shop.test/', status: 503, headers: { 'retry-after': '1' } }),
    ],
    [
      'a challenge that was passed',
      (s) => {
        s.shows({ url: 'http://shop.test/', status: 403, headers: { 'cf-mitigated': 'challenge' } });
        s.shows({ url: 'http://shop.test/' });
      },
    ],
    [
      'a challenge of something that the page loads',
      (s) => {
        s.shows({ url: 'http://shop.test/' });
        s.loads({ url: 'http://ads.test/', status: 403, headers: { 'cf-mitigated': 'challenge' } });
      },
    ],
  ])('%s still fails', async (_name, meet) => {
    const stub = stubContext('http://shop.test/');
    meet(stub);
    expect(await drive(stub, missing)).toMatchObject({ outcome: 'fail', cause: 'page' });
  });
});
