import { expect, type Page } from '@playwright/test';
import { equal } from '../../contract/index.ts';
import { visitor } from './customers.ts';
import { read } from './environment.ts';
import { money } from './wire.ts';

export const customerCanBuyInBrowser = visitor
  .as('customer-can-buy-in-browser', {
    title: 'A customer can register, order and pay in a real browser',
    area: 'browser',
  })
  .page('buy', {
    title: 'register, order, pay, see the confirmation',
    creates: ({ captured }) => ({ kind: 'customer', identity: captured.email }),
    budgetMs: 30_000,
    run: async (page: Page, { captured }) => {
      await page.goto(`${read('DEMO_NEW_URL')}/register`);
      await page.getByLabel('Given name').fill('Green');
      await page.getByLabel('Family name').fill('Light');
      await page.getByLabel('Email').fill(captured.email);
      await page.getByLabel('Password').fill(captured.password);
      await page.getByRole('button', { name: 'Register' }).click();
      await page.getByLabel('White mug').fill('2');
      await page.getByRole('button', { name: 'Put into cart' }).click();
      await page.getByRole('button', { name: 'Place order' }).click();
      await page.getByLabel('Payment method').selectOption('pm_card_visa');
      await page.getByRole('button', { name: 'Pay now' }).click();
      await expect(page.getByRole('heading', { name: 'Order confirmation' })).toBeVisible({
        timeout: 30_000,
      });
      return {
        orderId: await page.getByTestId('order-number').innerText(),
        total: await page.getByTestId('order-total').innerText(),
      };
    },
  })
  .observe('order-row', {
    port: 'records',
    query: ({ captured }) => ({ from: 'sales_orders', where: { id: captured.orderId } }),
    expect: ({ body, captured }) => [
      equal('status of the order', body.rows[0]?.['status'], 'paid'),
      equal('total on the page', captured.total, money(Number(body.rows[0]?.['total_minor']))),
    ],
  });
