import { OLD_CONSTRAINTS, OLD_TABLES } from '../old-shop/schema.ts';
import { withClient } from './session.ts';

/** Orders of the default demo; there are five orders to a customer. */
export const DEFAULT_ORDERS = 50_000;
export const LEAST_ORDERS = 20;

/** Names, prices and dates follow from the row number alone: the same size gives the same data, every time. */
const SEED = `
insert into products (sku, name, price_cents) values
  ('TEA-GREEN', 'Green tea, 100 g', 649), ('TEA-BLACK', 'Black tea, 100 g', 599), ('TEA-MINT', 'Mint tea, 50 g', 425),
  ('COFFEE-HOUSE', 'House coffee, 250 g', 899), ('COFFEE-DARK', 'Dark coffee, 250 g', 949),
  ('MUG-WHITE', 'White mug', 1299), ('MUG-BLUE', 'Blue mug', 1349), ('POT-GLASS', 'Glass pot', 3495),
  ('FILTER-100', 'Paper filters, 100', 375), ('GRINDER', 'Hand grinder', 5990),
  ('KETTLE', 'Kettle, 1 l', 4579), ('HONEY', 'Honey, 500 g', 785);

insert into customers (id, full_name, email, password_hash, verified_at, created_at)
select n,
  (array['Ada', 'Mary Ann', 'Grace', 'Edsger', 'Barbara', 'Alan', 'Jean', 'Niklaus'])[1 + n % 8] || ' ' ||
  (array['Lovelace', 'O''Neill', 'Hopper', 'van Dijk', 'Liskov', 'Turing', 'Müller'])[1 + n % 7],
  'customer' || n || '@example.test', '!',
  case when n % 9 <> 0 then timestamptz '2024-01-02' + n * interval '41 minutes' end,
  timestamptz '2024-01-01' + n * interval '41 minutes'
from generate_series(1, $customers) as n;

insert into order_items (order_id, product_id, quantity, price_cents)
select o, p.id, 1 + (o + k) % 3, p.price_cents
from generate_series(1, $orders) as o, generate_series(0, o % 3) as k, products p
where p.id = 1 + (o * 7 + k * 5) % 12
order by o, k;

insert into orders (id, customer_id, total_cents, status, webhook_confirmed_at, created_at)
select o, 1 + (o - 1) % $customers, t.total, s.status,
  case when s.status in ('paid', 'refunded') then d.at + interval '2 seconds' end, d.at
from (select order_id as o, sum(quantity * price_cents)::int as total from order_items group by order_id) as t,
  lateral (select case o % 20 when 7 then 'cancelled' when 13 then 'pending' when 17 then 'refunded' else 'paid' end
    as status) as s,
  lateral (select timestamptz '2024-02-01' + (o % 450000) * interval '97 seconds' as at) as d
order by o;

insert into payments (order_id, provider_reference, amount_cents, status, created_at)
select id, 'pi_seed_' || id, total_cents, case status when 'refunded' then 'refunded' else 'succeeded' end,
  created_at + interval '1 second'
from orders where status in ('paid', 'refunded') order by id;

select setval(pg_get_serial_sequence('customers', 'id'), (select max(id) from customers));
select setval(pg_get_serial_sequence('orders', 'id'), (select max(id) from orders));
`;

/**
 * Creates the old shop's tables in an empty database and fills them.
 * @param orders number of orders; a fifth as many customers
 */
export async function seedOldShop(databaseUrl: string, orders: number, signal?: AbortSignal): Promise<void> {
  const customers = customersFor(orders);
  await withClient({ url: databaseUrl, name: 'seed', signal }, async (client) => {
    await client.query(OLD_TABLES);
    await client.query(
      SEED.replaceAll('$customers', String(customers)).replaceAll('$orders', String(orders)),
    );
    await client.query(OLD_CONSTRAINTS);
    await client.query('analyze');
  });
}

/** How many customers the seed makes for that many orders. */
export function customersFor(orders: number): number {
  return Math.max(1, Math.round(orders / 5));
}
