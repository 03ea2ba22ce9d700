import { type Browser, expect, type Page } from '@playwright/test';
import { flow } from '../../../../contract/index.ts';
import { parsePlan } from '../../../../contract/plan/plan.ts';

const SOON = { timeout: 300 };
/** A flow of one page step. */
const page = (id: string, run: (page: Page) => Promise<unknown>, budgetMs = 5000) =>
  flow(id, { title: id }).page('look', {
    budgetMs,
    run: async (opened: Page) => {
      await run(opened);
      return {};
    },
  });
const at =
  (path: string, locator: string) =>
  async (opened: Page): Promise<void> => {
    await opened.goto(path);
    await opened.locator(locator).click(SOON);
  };

/** Nothing of the kind on either side: the flow is mistaken. */
const ON_BOTH = [
  page('click-misses-on-both', at('/cart', '#checkout')),
  page('expect-misses-on-both', async (opened) => {
    await opened.goto('/cart?visitor=geheim');
    await expect(opened.getByRole('button', { name: 'Check out' })).toBeVisible(SOON);
  }),
  page(
    'wait-misses-on-both',
    async (opened) => {
      await opened.goto('/cart');
      await opened.frameLocator('#bank').getByText('Card').waitFor();
    },
    1500,
  ),
  page('missing-page-on-both', at('/nowhere', '#pay')),
  page('page-with-a-beacon', at('/beacon', '#checkout')),
  flow('second-step-misses-on-both', { title: 'x' })
    .request('name', {
      request: () => ({ method: 'GET', path: '/name' }),
      capture: ({ body }) => ({ name: (body as { name: string }).name }),
    })
    .page('first', {
      run: async (opened: Page) => {
        await opened.goto('/cart');
        await expect(opened.locator('h1')).toHaveText('Cart');
        return {};
      },
    })
    .page('second', {
      creates: ({ unique }) => ({ kind: 'visit', identity: unique() }),
      run: async (opened: Page, { captured }) => {
        await opened.goto(`/cart?of=${captured.name}`);
        await opened.locator('#checkout').click(SOON);
        return {};
      },
    }),
];

/** Old has it: the release lost it. */
const ON_NEW = [
  page('click-misses-on-new', at('/cart', '#pay')),
  page('expect-misses-on-new', async (opened) => {
    await opened.goto('/cart');
    await expect(opened.locator('#pay')).toHaveText('Pay', SOON);
  }),
  page(
    'wait-misses-on-new',
    async (opened) => {
      await opened.goto('/cart');
      await opened.locator('#pay').waitFor();
    },
    1500,
  ),
];

/** Nobody can tell what old has. */
const notTold = (url: string) => [
  page('old-hangs-up', at('/hang-up', '#pay')),
  page('form-is-needed', async (opened) => {
    await opened.goto('/login');
    await opened.getByRole('button').click();
    await opened.waitForURL('**/account', SOON);
    await opened.locator('#pay').click(SOON);
  }),
  page('script-posts', at('/script', '#pay')),
  page('socket-is-needed', at('/socket', '#pay')),
  page('request-of-the-page-posts', async (opened) => {
    await opened.request.post('/login');
    await at('/account', '#pay')(opened);
  }),
  page('another-context-is-needed', async (opened) => {
    const browser = opened.context().browser() as Browser;
    await (await browser.newContext()).close();
    await at('/account', '#pay')(opened);
  }),
  flow('request-step-posts', { title: 'x' })
    .request('log-in', { request: () => ({ method: 'POST', path: '/login' }), status: 303 })
    .page('look', {
      run: async (opened: Page) => {
        await at('/account', '#pay')(opened);
        return {};
      },
    }),
  flow('observation-is-needed', { title: 'x' })
    .observe('row', {
      port: 'records',
      query: () => ({ from: 'orders', where: {} }),
      capture: () => ({ order: '7' }),
    })
    .page('look', {
      run: async (opened: Page, { captured }) => {
        await at(`/cart?order=${captured.order}`, '#checkout')(opened);
        return {};
      },
    }),
  page('old-asks-who-it-is', at('/members', '#pay')),
  page('old-has-no-such-page', at('/wishlist', '#pay')),
  page('address-is-written-out', at(`${url}/cart`, '#checkout')),
];

const atOthers = (other: string) => [
  page('at-a-third-party', at(`${other}/cart`, '#checkout')),
  page(
    'late-at-a-third-party',
    async (opened) => {
      await opened.goto(`${other}/cart`);
      await opened.waitForURL('**/paid');
    },
    1000,
  ),
  page('error-of-a-third-party', at(`${other}/gone`, '#checkout')),
  page('third-party-is-away', at('http://127.0.0.1:59/', '#checkout')),
  page('a-third-party-says-otherwise', async (opened) => {
    await opened.goto(`${other}/cart`);
    await expect(opened.locator('h1')).toHaveText('Paid', SOON);
  }),
];

/** Old is not asked: something is there, and is wrong. */
const WRONG = [
  page('text-is-wrong-on-both', async (opened) => {
    await opened.goto('/wrong');
    await expect(opened.locator('h1')).toHaveText('Basket', SOON);
  }),
  page('button-is-hidden-on-both', at('/wrong', '#hidden')),
  page('new-is-broken', at('/broken', '#checkout')),
];

/** Flows that find nothing, on a new shop, its old twin and a third party. */
export const planOf = (at: { new: string; old: string; other: string }) =>
  parsePlan({
    target: {
      name: 'shop',
      urls: { app: at.new },
      thirdParties: { bank: at.other, away: 'http://127.0.0.1:59' },
      records: {
        adapter: 'custom',
        reader: {
          find: async () => ({}),
          count: async () => 0,
          ready: async () => undefined,
          close: async () => undefined,
        } as never,
      },
      old: { urls: { app: at.old }, headers: { 'x-inside': 'yes' } },
    },
    created: { visit: { keep: 'pages of this test' } },
    flows: [...ON_BOTH, ...ON_NEW, ...notTold(at.new), ...atOthers(at.other), ...WRONG],
  });
