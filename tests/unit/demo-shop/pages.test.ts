import { expect, test } from 'vitest';
import { html } from '../../../demo/shop/pages/html.ts';
import { page } from '../../../demo/shop/pages/layout.ts';
import { confirmationView, dashboardView, loginView, registerView } from '../../../demo/shop/pages/views.ts';
import { formatMoney } from '../../../demo/shop/money.ts';
import type { Order } from '../../../demo/shop/store.ts';

const NASTY = `<script>alert("x")</script>'&`;
const ESCAPED = '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;';

const order: Order = {
  id: '7',
  customerId: '1',
  status: 'paid',
  totalCents: 1998,
  lines: [{ sku: 'A', name: NASTY, quantity: 2, unitPriceCents: 999 }],
  payment: null,
  createdAt: '2026-01-02T03:04:05.000Z',
  webhookConfirmedAt: null,
};

test('values are escaped, markup is not escaped twice', () => {
  expect(html`<p>${NASTY}</p>`.text).toBe(`<p>${ESCAPED}</p>`);
  expect(html`${[html`<b>${'<'}</b>`, html`<i>${1}</i>`]}`.text).toBe('<b>&lt;</b><i>1</i>');
});

test('no page shows a value from outside as markup', () => {
  const bodies = [
    loginView({ email: NASTY }),
    registerView([{ name: 'full_name', label: 'Full name', autocomplete: 'name' }], { full_name: NASTY }),
    confirmationView(order),
    dashboardView(NASTY, [order]),
  ];
  for (const body of bodies) {
    const text = page({ title: NASTY, shop: 'new', body, problem: NASTY });
    expect(text).not.toContain('<script');
    expect(text).toContain(ESCAPED);
  }
});

test('a page loads nothing from elsewhere, and every input has a label', () => {
  const text = page({ title: 'Log in', shop: 'new', body: loginView({}) });
  expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
  expect(text).toContain('<html lang="en">');
  for (const [, id] of text.matchAll(/<input\s+id="([^"]+)"/g)) expect(text).toContain(`<label for="${id}"`);
});

test('money is written exactly', () => {
  expect([0, 5, 99, 100, 5997, -250].map(formatMoney)).toEqual([
    '0.00 EUR',
    '0.05 EUR',
    '0.99 EUR',
    '1.00 EUR',
    '59.97 EUR',
    '-2.50 EUR',
  ]);
});
