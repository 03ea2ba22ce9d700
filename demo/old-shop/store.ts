import { isId, isUniqueViolation, oneRow, openDatabase, required, type Database } from '../shop/database.ts';
import { emailTaken } from '../shop/shop-error.ts';
import type {
  Customer,
  NameField,
  Order,
  OrderLine,
  OrderStatus,
  Payment,
  Product,
  ShopStore,
} from '../shop/store.ts';

const NAME_FIELDS: readonly NameField[] = [{ name: 'full_name', label: 'Full name', autocomplete: 'name' }];

interface CustomerRow {
  readonly id: string;
  readonly full_name: string;
  readonly email: string;
  readonly verified: boolean;
}

interface OrderRow {
  readonly id: string;
  readonly customer_id: string;
  readonly status: OrderStatus;
  readonly total_cents: number;
  readonly created_at: Date;
  readonly webhook_confirmed_at: Date | null;
  readonly lines: readonly OrderLine[];
  readonly payment: Payment | null;
}

const CUSTOMER = 'select id, full_name, email, verified_at is not null as verified from customers';

const ORDER = `
  select o.id, o.customer_id, o.status, o.total_cents, o.created_at, o.webhook_confirmed_at,
    (select coalesce(json_agg(json_build_object('sku', p.sku, 'name', p.name, 'quantity', i.quantity,
        'unitPriceCents', i.price_cents) order by i.id), '[]')
      from order_items i join products p on p.id = i.product_id where i.order_id = o.id) as lines,
    (select json_build_object('reference', y.provider_reference, 'status', y.status, 'amountCents', y.amount_cents)
      from payments y where y.order_id = o.id order by y.id desc limit 1) as payment
  from orders o`;

/** The old shop's database. */
export function createOldShopStore(databaseUrl: string): ShopStore {
  const db = openDatabase(databaseUrl, 'old-shop');
  return {
    nameFields: NAME_FIELDS,
    ping: async () => {
      await db.query('select 1');
    },
    products: async () => {
      const { rows } = await db.query<ProductRow>('select sku, name, price_cents from products order by sku');
      return rows.map(product);
    },
    product: async (sku) => {
      const row = await oneRow<ProductRow>(db, 'select sku, name, price_cents from products where sku = $1', [
        sku,
      ]);
      return row && product(row);
    },
    createCustomer: async (wanted) => {
      const row = await oneRow<CustomerRow>(
        db,
        `insert into customers (full_name, email, password_hash, verification_token) values ($1, $2, $3, $4)
         returning id, full_name, email, false as verified`,
        [wanted.names['full_name'], wanted.email, wanted.passwordHash, wanted.verificationToken],
      ).catch((error: unknown) => {
        throw isUniqueViolation(error) ? emailTaken(error) : error;
      });
      return customer(required(row));
    },
    customer: async (id) => {
      const row = await oneRow<CustomerRow>(db, `${CUSTOMER} where id = $1`, [id]);
      return row && customer(row);
    },
    credentials: async (email) => {
      const row = await oneRow<{ id: string; password_hash: string }>(
        db,
        'select id, password_hash from customers where email = $1',
        [email],
      );
      return row && { customerId: row.id, passwordHash: row.password_hash };
    },
    verify: async (token) => {
      const { rowCount } = await db.query(
        'update customers set verified_at = coalesce(verified_at, now()) where verification_token = $1',
        [token],
      );
      return rowCount === 1;
    },
    createOrder: async (customerId, lines, totalCents) => {
      const id = await db.transaction(async (tx) => {
        const { rows } = await tx.query<{ id: string }>(
          "insert into orders (customer_id, total_cents, status) values ($1, $2, 'pending') returning id",
          [customerId, totalCents],
        );
        const orderId = required(rows[0]).id;
        await tx.query(
          `insert into order_items (order_id, product_id, quantity, price_cents)
           select $1, p.id, l.quantity, l.price from unnest($2::text[], $3::int[], $4::int[])
             with ordinality as l (sku, quantity, price, position) join products p on p.sku = l.sku
           order by l.position`,
          [
            orderId,
            lines.map((line) => line.sku),
            lines.map((line) => line.quantity),
            lines.map((line) => line.unitPriceCents),
          ],
        );
        return orderId;
      });
      return required(await findOrder(db, customerId, id));
    },
    order: (customerId, id) => findOrder(db, customerId, id),
    orders: async (customerId) => {
      const { rows } = await db.query<OrderRow>(
        `${ORDER} where o.customer_id = $1 order by o.id desc limit 100`,
        [customerId],
      );
      return rows.map(order);
    },
    claimForPayment: async (customerId, orderId) => {
      const { rowCount } = await db.query(
        "update orders set status = 'paying' where id = $1 and customer_id = $2 and status = 'pending'",
        [orderId, customerId],
      );
      return rowCount === 1;
    },
    releaseClaim: async (orderId) => {
      await db.query("update orders set status = 'pending' where id = $1 and status = 'paying'", [orderId]);
    },
    recordPayment: (orderId, paid) =>
      db.transaction(async (tx) => {
        await tx.query("update orders set status = 'paid' where id = $1", [orderId]);
        await tx.query(
          `insert into payments (order_id, provider_reference, amount_cents, status)
           values ($1, $2, $3, 'succeeded')`,
          [orderId, paid.reference, paid.amountCents],
        );
      }),
    recordRefund: (orderId) =>
      db.transaction(async (tx) => {
        await tx.query("update orders set status = 'refunded' where id = $1", [orderId]);
        await tx.query("update payments set status = 'refunded' where order_id = $1", [orderId]);
      }),
    applyPaymentEvent: (event) =>
      db.transaction(async (tx) => {
        const { rows } = await tx.query<{ id: string }>('select id from orders where id = $1 for update', [
          isId(event.orderId) ? event.orderId : null,
        ]);
        if (rows.length === 0) return 'unknown-order';
        const { rowCount } = await tx.query(
          'insert into webhook_events (event_id, order_id) values ($1, $2) on conflict do nothing',
          [event.id, event.orderId],
        );
        if (rowCount === 0) return 'duplicate';
        await tx.query(
          'update orders set webhook_confirmed_at = coalesce(webhook_confirmed_at, now()) where id = $1',
          [event.orderId],
        );
        return 'applied';
      }),
    removeCustomer: (email) =>
      db.transaction(async (tx) => {
        // Items, payments and events go with their orders.
        await tx.query(
          'delete from orders where customer_id in (select id from customers where email = $1)',
          [email],
        );
        const { rowCount } = await tx.query('delete from customers where email = $1', [email]);
        return rowCount === 1;
      }),
    queryTimes: db.queryTimes,
    connections: () => db.connections(),
    close: () => db.end(),
  };
}

interface ProductRow {
  readonly sku: string;
  readonly name: string;
  readonly price_cents: number;
}

async function findOrder(db: Database, customerId: string, id: string): Promise<Order | undefined> {
  if (!isId(id)) return undefined;
  const row = await oneRow<OrderRow>(db, `${ORDER} where o.id = $1 and o.customer_id = $2`, [id, customerId]);
  return row && order(row);
}

function product(row: ProductRow): Product {
  return { sku: row.sku, name: row.name, priceCents: row.price_cents };
}

function customer(row: CustomerRow): Customer {
  return {
    id: row.id,
    email: row.email,
    displayName: row.full_name,
    names: { full_name: row.full_name },
    verified: row.verified,
  };
}

function order(row: OrderRow): Order {
  return {
    id: row.id,
    customerId: row.customer_id,
    status: row.status,
    totalCents: row.total_cents,
    lines: row.lines,
    payment: row.payment,
    createdAt: row.created_at.toISOString(),
    webhookConfirmedAt: row.webhook_confirmed_at?.toISOString() ?? null,
  };
}
