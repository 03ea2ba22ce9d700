/** One table of the move: what is read from the old database, in the shape of the new one. */
export interface CopyStep {
  /** Table of the new database. */
  readonly table: string;
  /** Columns of the new table that are written; the rest takes its default. */
  readonly columns: readonly string[];
  /** Select on the old database that gives those columns; `id` must be the plain key column, for paging. */
  readonly read: string;
  /** `left`: the next id is not moved on behind the copied ones. */
  readonly sequence?: 'left';
}

/** The tenant that everything from the old shop belongs to. */
const TENANT = `'main' as tenant_id`;

/** The move in order. Foreign keys come afterwards, so the order is for readers, not for the database. */
export const COPY_STEPS: readonly CopyStep[] = [
  {
    table: 'products',
    columns: ['id', 'tenant_id', 'sku', 'name', 'price_minor'],
    read: `select id, ${TENANT}, sku, name, price_cents as price_minor from products`,
  },
  {
    table: 'customers',
    columns: [
      'id',
      'tenant_id',
      'given_name',
      'family_name',
      'email',
      'password_hash',
      'verification_token',
      'verified_at',
      'created_at',
    ],
    // Everything up to the last blank is the given name: "Mary Ann Smith" is Mary Ann, and one word is no family name.
    read: `select id, ${TENANT},
        case when full_name ~ '\\s' then regexp_replace(full_name, '\\s+\\S+$', '') else full_name end as given_name,
        case when full_name ~ '\\s' then substring(full_name from '\\S+$') else '' end as family_name,
        email, password_hash, verification_token, verified_at, created_at from customers`,
  },
  {
    table: 'sales_orders',
    columns: [
      'id',
      'tenant_id',
      'customer_id',
      'total_minor',
      'currency',
      'status',
      'webhook_confirmed_at',
      'placed_at',
    ],
    read: `select id, ${TENANT}, customer_id, total_cents as total_minor, 'eur' as currency, status,
        webhook_confirmed_at, created_at as placed_at from orders`,
  },
  {
    table: 'order_items',
    columns: ['id', 'tenant_id', 'order_id', 'product_id', 'quantity', 'unit_price_minor'],
    read: `select id, ${TENANT}, order_id, product_id, quantity, price_cents as unit_price_minor from order_items`,
  },
  {
    table: 'payments',
    columns: [
      'id',
      'tenant_id',
      'order_id',
      'provider_reference',
      'amount_minor',
      'currency',
      'status',
      'created_at',
    ],
    read: `select id, ${TENANT}, order_id, provider_reference, amount_cents as amount_minor, 'eur' as currency,
        status, created_at from payments`,
  },
];
