import { expect, type Page } from '@playwright/test';
import { z } from 'zod';
import type * as Contract from '../../../../contract/index.ts';
import { DIST } from '../../../installed.ts';

const { defineConfig, equal, flow, secret } = (await import(`${DIST}/contract/index.js`)) as typeof Contract;

const url = process.env['SHOP_URL'] ?? 'http://127.0.0.1:9';
const dead = process.env['SHOP_DEAD_URL'] ?? url;
const control = process.env['SHOP_CONTROL'];

/**
 * How long a page is watched for what it lacks. A busy machine stops this process for a tenth of a second at a time, and
 * where that is a fifth of what was watched, nobody can tell.
 */
const SEEN_MISSING_MS = 2000;

const registered = flow('visitor-can-register', { title: 'A visitor can register', area: 'registration' })
  .given((ctx) => ({ email: `${ctx.unique()}@shop.test` }))
  .request('register', {
    creates: ({ captured }) => ({ kind: 'customer', identity: captured.email }),
    request: ({ captured }) => ({ method: 'POST', path: '/customers', json: { email: captured.email } }),
    status: 201,
    response: z.object({ id: z.string(), email: z.string() }),
    expect: ({ body, captured }) => [equal('email', body.email, captured.email)],
    capture: ({ body }) => ({ id: body.id }),
  })
  .request('me', {
    request: () => ({ method: 'GET', path: '/me' }),
    response: z.object({ email: z.string() }),
    expect: ({ body, captured }) => [equal('email of the session', body.email, captured.email)],
  });

const get = (id: string, path: string) =>
  flow(id, { title: id }).request('ask', { request: () => ({ method: 'GET', path }) });
const page = (id: string, run: (page: Page) => Promise<void>, budgetMs = 5000) =>
  flow(id, { title: id, area: 'browser' }).page('drive', {
    budgetMs,
    run: async (opened: Page) => {
      await run(opened);
      return {};
    },
  });

export default defineConfig({
  target: {
    name: 'shop',
    urls: { app: url },
    mailbox: { adapter: 'greenlight-sink', url: process.env['SHOP_MAIL_URL'] ?? url },
    release: { path: '/release', id: 'release.id', commit: 'release.commit' },
    ...(control ? { control } : {}),
  },
  secrets: ['SHOP_TOKEN'],
  created: {
    customer: {
      undo: (identity) =>
        flow('remove-customer', { title: 'remove', check: false }).request('remove', {
          request: () => ({ method: 'DELETE', path: '/customers', query: { email: identity } }),
        }),
    },
    undeletable: {
      undo: () =>
        flow('remove-undeletable', { title: 'remove', check: false }).request('remove', {
          request: () => ({ method: 'DELETE', path: '/undeletable' }),
        }),
    },
    kept: { keep: 'the shop never deletes these' },
  },
  flows: [
    registered,
    registered.as('welcome-mail-arrives', { title: 'The welcome mail arrives' }).observe('mail', {
      port: 'mailbox',
      query: ({ captured }) => ({ to: captured.email, subject: 'welcome' }),
      expect: ({ body }) => [equal('links', body.links.length, 1)],
    }),
    registered.as('invoice-mail-arrives', { title: 'The invoice mail arrives' }).observe('mail', {
      port: 'mailbox',
      query: ({ captured }) => ({ to: captured.email, subject: 'invoice' }),
      withinMs: 600,
    }),
    registered.as('fails-after-creating', { title: 'It fails after creating' }).request('broken', {
      request: () => ({ method: 'GET', path: '/no-such-page' }),
    }),
    registered.as('takes-its-time', { title: 'It takes its time', phases: ['watch'] }).request('slow', {
      request: () => ({ method: 'GET', path: '/slow' }),
    }),
    flow('cannot-be-removed', { title: 'It cannot be removed' })
      .given((ctx) => ({ thing: ctx.unique(), other: ctx.unique() }))
      .request('make', {
        creates: ({ captured }) => [
          { kind: 'undeletable', identity: captured.thing },
          { kind: 'kept', identity: captured.other },
        ],
        request: () => ({ method: 'GET', path: '/undeletable' }),
      }),
    flow('secret-stays-secret', { title: 'The secret stays secret' }).request('leak', {
      // Masking is looked at here, and a shape would leave it nothing to mask.
      showValues: true,
      request: (ctx) => ({
        method: 'GET',
        path: '/leaks',
        headers: { authorization: `Bearer ${ctx.secret('SHOP_TOKEN')}` },
      }),
    }),
    flow('undeclared-secret', { title: 'A secret that the plan does not name' }).request('read', {
      request: (ctx) => ({ method: 'GET', path: '/', headers: { 'x-home': ctx.secret('HOME') } }),
    }),
    flow('shape-is-right', { title: 'The shape is right' }).request('ask', {
      request: () => ({ method: 'GET', path: '/shape' }),
      response: z.object({ id: z.string() }),
    }),
    flow('total-is-right', { title: 'The total is right' }).request('ask', {
      request: () => ({ method: 'GET', path: '/total' }),
      response: z.object({ total: z.number() }),
      expect: ({ body }) => [equal('total', body.total, 2000)],
    }),
    flow('answers-in-time', { title: 'It answers in time' }).request('ask', {
      request: () => ({ method: 'GET', path: '/slow' }),
      budgetMs: 300,
    }),
    get('connection-holds', '/drop'),
    get('redirect-is-an-answer', '/redirect'),
    flow('capture-throws', { title: 'A capture throws' }).request('ask', {
      request: () => ({ method: 'GET', path: '/total' }),
      capture: ({ body }) => ({ name: (body as { customer: { name: string } }).customer.name }),
    }),
    page('page-works', async (opened) => {
      await opened.goto('/page');
      await opened.getByRole('button').click();
      await expect(opened.getByRole('button')).toHaveText('done');
    }),
    registered.as('page-knows-the-visitor', { title: 'The page knows the visitor' }).page('account', {
      run: async (opened: Page, ctx) => {
        await opened.goto('/page/account');
        await expect(opened.locator('#who')).toContainText(encodeURIComponent(ctx.captured.email));
        return {};
      },
    }),
    flow('page-and-requests-are-one-visitor', { title: 'Page and requests are one visitor' })
      .page('sign-in', {
        run: async (opened: Page) => {
          await opened.goto('/page/sign-in');
          return {};
        },
      })
      .request('me', {
        request: () => ({ method: 'GET', path: '/me' }),
        response: z.object({ email: z.literal('page@shop.test') }),
      }),
    page('page-text-is-right', async (opened) => {
      await opened.goto('/page');
      await expect(opened.getByRole('heading')).toHaveText('Warehouse', { timeout: SEEN_MISSING_MS });
    }),
    page('page-has-the-button', async (opened) => {
      await opened.goto('/page');
      await opened.getByText('no such button').click({ timeout: SEEN_MISSING_MS });
    }),
    page('page-is-not-broken', async (opened) => {
      await opened.goto('/page/broken?session=geheim');
      await opened.getByRole('button').click({ timeout: SEEN_MISSING_MS });
    }),
    page('page-is-the-product', async (opened) => {
      await opened.goto('/page/challenge');
      await expect(opened.getByRole('heading')).toHaveText('Shop', { timeout: SEEN_MISSING_MS });
    }),
    page(
      'page-is-done-in-time',
      async (opened) => {
        await opened.goto('/page');
        await opened.locator('#never').waitFor();
      },
      1500,
    ),
    page('page-function-throws', async () => {
      throw new TypeError('x is not a function');
    }),
    page('page-is-reachable', async (opened) => void (await opened.goto(dead))),
  ],
  probes: [
    { kind: 'endpoints', id: 'pages-answer', title: 'Pages answer', paths: ['/total', '/shape'] },
    {
      kind: 'endpoints',
      id: 'missing-page-answers',
      title: 'A missing page answers',
      paths: ['/total', '/nowhere'],
    },
    {
      kind: 'health',
      id: 'health-is-true',
      title: 'Health is true',
      path: '/health',
      schema: z.object({ status: z.literal('ok') }),
      witnesses: [{ path: '/total' }],
    },
    {
      kind: 'health',
      id: 'health-does-not-lie',
      title: 'Health does not lie',
      path: '/health',
      schema: z.object({ status: z.literal('ok') }),
      witnesses: [{ path: '/database-backed' }],
    },
    {
      kind: 'health',
      id: 'health-has-a-version',
      title: 'Health has a version',
      path: '/health',
      schema: z.object({ version: z.string() }),
    },
    {
      kind: 'bundle',
      id: 'page-has-few-scripts',
      title: 'The page has few scripts',
      paths: ['/page'],
      atMost: '1 KB',
      mayHaveNone: true,
    },
    ...(['strict', 'ageless', 'gullible', 'absent'] as const).map((receiver) => ({
      kind: 'webhook' as const,
      id: `webhook-${receiver}`,
      title: `Webhook receiver ${receiver}`,
      path: `/webhooks/${receiver}`,
      scheme: 'stripe' as const,
      secret: secret('SHOP_WEBHOOK_SECRET'),
      deliveries: ['stale', 'valid', 'wrong-secret', 'unsigned', 'tampered'] as const satisfies string[],
      payload: { id: 'evt_test', object: 'event', type: 'greenlight.probe' },
    })),
  ],
  checks: [
    { id: 'own-check-holds', title: 'An own check holds' },
    { id: 'own-check-elsewhere', title: 'An own check of another phase', phases: ['preflight'] },
    { id: 'own-check-refused', title: 'An own check is refused' },
  ],
  policy: { default: { advisory: ['welcome-mail-arrives'] } },
});
