import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { registerCustomer, type ShopCustomer } from './shop-client.ts';

const CONFIRMED_WITHIN_MS = 15_000;

/**
 * A few real visitors on the old shop just before the move: two customers with orders in every state, each paid one
 * confirmed by the provider's webhook.
 * @returns the customer whom the checks log in on the new shop
 */
export async function tradeOnOldShop(shopUrl: string, signal?: AbortSignal): Promise<ShopCustomer> {
  const [vera, otto] = await Promise.all([
    visitor('Vera Maria Becker', 'vera'),
    visitor('Otto Lang', 'otto'),
  ]);
  const paid: [ShopCustomer, string][] = [];

  for (const [customer, sku, quantity] of [
    [vera, 'TEA-GREEN', 3],
    [otto, 'GRINDER', 1],
    [vera, 'MUG-BLUE', 2],
  ] as const) {
    const order = await customer.order([
      { sku, quantity },
      { sku: 'HONEY', quantity: 1 },
    ]);
    await mustBe(customer.pay(order, 'pm_card_visa'), true, 'a good card was declined');
    paid.push([customer, order]);
  }
  const tried = await otto.order([{ sku: 'POT-GLASS', quantity: 1 }]);
  await mustBe(otto.pay(tried, 'pm_card_visa_chargeDeclined'), false, 'a bad card was accepted');
  await Promise.all(paid.map(([customer, order]) => confirmed(customer, order, signal)));
  const last = paid.at(-1);
  if (last) await last[0].refund(last[1]);
  return vera;

  function visitor(fullName: string, account: string): Promise<ShopCustomer> {
    const email = `${account}@live.example.test`;
    const password = randomBytes(12).toString('base64url');
    return registerCustomer(shopUrl, { email, password, names: { full_name: fullName } }, signal);
  }
}

async function confirmed(customer: ShopCustomer, orderId: string, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + CONFIRMED_WITHIN_MS;
  while ((await customer.find(orderId)).webhook_confirmed_at === null) {
    if (Date.now() > deadline) throw new Error(`the provider's webhook for order ${orderId} never arrived`);
    await sleep(50, undefined, signal ? { signal } : {});
  }
}

async function mustBe(answer: Promise<boolean>, wanted: boolean, otherwise: string): Promise<void> {
  if ((await answer) !== wanted) throw new Error(`the old shop is not right: ${otherwise}`);
}
