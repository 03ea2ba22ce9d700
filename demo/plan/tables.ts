import type { PlanInput } from '../../contract/index.ts';
import { read } from './environment.ts';

/** Rows that were there when the old shop stopped writing: whatever the new shop wrote since then does not count. */
const moved = (column: string): string => `${column} < timestamptz '${read('DEMO_CUTOVER_AT')}'`;

/** Where every table of the old shop went. */
export const tables: NonNullable<PlanInput['data']>['tables'] = [
  {
    id: 'customers-preserved',
    title: 'Every customer was moved, once',
    old: 'customers',
    new: { table: 'customers', where: moved('created_at') },
  },
  {
    id: 'orders-preserved',
    title: 'Every order was moved, with its total',
    old: 'orders',
    new: { table: 'sales_orders', where: moved('placed_at') },
    sums: { total_cents: 'total_minor' },
  },
  {
    id: 'order-items-preserved',
    title: 'Every order line was moved, with quantity and price',
    old: 'order_items',
    new: {
      table: 'order_items',
      where: `order_id in (select id from sales_orders where ${moved('placed_at')})`,
    },
    sums: { quantity: 'quantity', price_cents: 'unit_price_minor' },
  },
  {
    id: 'payments-preserved',
    title: 'Every payment was moved, with its amount',
    old: 'payments',
    new: { table: 'payments', where: moved('created_at') },
    sums: { amount_cents: 'amount_minor' },
  },
  {
    id: 'products-preserved',
    title: 'Every product was moved, with its price',
    old: 'products',
    new: 'products',
    sums: { price_cents: 'price_minor' },
  },
];
