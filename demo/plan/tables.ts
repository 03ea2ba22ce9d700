import type { PlanInput } from '../../contract/index.ts';
import { read } from './environment.ts';

/** Rows that were there when the old shop stopped writing: whatever the new shop wrote since then does not count. */
const moved = (column: string): string => `${column} < timestamptz '${read('DEMO_CUTOVER_AT')}'`;

/** Every table of the new shop has a tenant; all that was moved belongs to the one that was there. */
const MAIN_TENANT = { tenant_id: `'main'` };
/** The old shop knew no other currency. */
const IN_EUROS = { ...MAIN_TENANT, currency: `'eur'` };

/** Where every table of the old shop went. */
export const tables: NonNullable<PlanInput['data']>['tables'] = [
  {
    id: 'customers-preserved',
    title: 'Every customer was moved, once',
    old: 'customers',
    new: { table: 'customers', where: moved('created_at') },
    compare: 'rows',
    newAs: {
      full_name: `case when t.family_name = '' then t.given_name else t.given_name || ' ' || t.family_name end`,
    },
    constants: MAIN_TENANT,
  },
  {
    id: 'orders-preserved',
    title: 'Every order was moved, with its total',
    old: 'orders',
    new: { table: 'sales_orders', where: moved('placed_at') },
    compare: 'rows',
    columns: { total_cents: 'total_minor', created_at: 'placed_at' },
    constants: IN_EUROS,
  },
  {
    id: 'order-items-preserved',
    title: 'Every order line was moved, with quantity and price',
    old: 'order_items',
    new: {
      table: 'order_items',
      where: `order_id in (select id from sales_orders where ${moved('placed_at')})`,
    },
    compare: 'rows',
    columns: { price_cents: 'unit_price_minor' },
    constants: MAIN_TENANT,
  },
  {
    id: 'payments-preserved',
    title: 'Every payment was moved, with its amount',
    old: 'payments',
    new: { table: 'payments', where: moved('created_at') },
    compare: 'rows',
    columns: { amount_cents: 'amount_minor' },
    constants: IN_EUROS,
  },
  {
    id: 'products-preserved',
    title: 'Every product was moved, with its price',
    old: 'products',
    new: 'products',
    compare: 'rows',
    columns: { price_cents: 'price_minor' },
    constants: MAIN_TENANT,
  },
];

/** What nobody compares, and why. */
export const except: NonNullable<PlanInput['data']>['except'] = {
  webhook_events: 'each shop keeps its own journal of deliveries: it is not carried over',
};
