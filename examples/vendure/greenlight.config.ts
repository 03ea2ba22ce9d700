/**
 * The upgrade of a Vendure shop from 3.5.7 to 3.7.3 on a copy of its database. Plain configuration: nothing in
 * Greenlight knows Vendure. All addresses and secrets come from the environment, see run.ts.
 */
import { z } from 'zod';
import {
  defineConfig,
  equal,
  flow,
  holds,
  secret,
  type FlowContext,
  type RequestSpec,
} from '../../contract/index.ts';

const env = (name: string): string => process.env[name] ?? '';

/** GraphQL is a request like any other. */
function graphql(
  query: string,
  variables: Readonly<Record<string, unknown>>,
  session: { readonly token?: string; readonly endpoint?: string } = {},
): RequestSpec {
  return {
    method: 'POST',
    path: session.endpoint ?? '/shop-api',
    headers: session.token ? { authorization: `Bearer ${session.token}` } : {},
    json: { query, variables },
  };
}

const data = <T extends z.ZodRawShape>(shape: T): z.ZodObject<{ data: z.ZodObject<T> }> =>
  z.object({ data: z.object(shape) });
const bearer = (headers: Readonly<Record<string, string>>): string => headers['vendure-auth-token'] ?? '';
const money = z.number().int();

const both = ['post-cutover', 'synthetic'] as const;

const browse = flow('browse-catalogue', { title: 'Search the catalogue', check: false }).request('search', {
  request: () =>
    graphql(
      'query($t:String!){search(input:{term:$t,groupByProduct:true,take:10}){totalItems items{productName}}}',
      { t: 'laptop' },
    ),
  expect: ({ status }) => [equal('status', status, 200)],
  response: data({
    search: z.object({
      totalItems: z.number().int().min(1),
      items: z.array(z.object({ productName: z.string() })).min(1),
    }),
  }),
});

const catalogue = browse.as('catalogue-can-be-searched', {
  title: 'The catalogue can be searched',
  phases: both,
  area: 'catalogue',
});

const registered = flow('registration-is-accepted', {
  title: 'A visitor can register',
  area: 'registration',
  phases: both,
})
  .given((ctx) => ({ email: `${ctx.unique()}@example.com` }))
  .request('register', {
    request: ({ captured }) =>
      graphql(
        'mutation($e:String!){registerCustomerAccount(input:{emailAddress:$e,firstName:"Ada",lastName:"Lovelace"}){__typename}}',
        { e: captured.email },
      ),
    response: data({ registerCustomerAccount: z.object({ __typename: z.literal('Success') }) }),
    creates: ({ captured }) => ({ kind: 'customer', identity: captured.email }),
  });

const mailed = registered
  .as('verification-mail-arrives', { title: 'The verification mail arrives', area: 'email', phases: both })
  .observe('verification-mail', {
    port: 'mailbox',
    query: ({ captured }) => ({ to: captured.email, subject: 'verify' }),
    withinMs: 15_000,
    expect: ({ body }) => [
      holds(
        'link with a token',
        body.links.some((link) => link.includes('token=')),
        body.links.join(' '),
        'a link with token=',
      ),
    ],
    capture: ({ body }) => ({
      verification: decodeURIComponent(
        body.links.find((link) => link.includes('token='))?.split('token=')[1] ?? '',
      ),
    }),
  });

const verified = mailed
  .as('customer-can-verify', {
    title: 'A customer can verify the mail address and is logged in',
    area: 'registration',
    phases: both,
  })
  .request('verify', {
    request: ({ captured, secret: read }) =>
      graphql('mutation($t:String!,$p:String!){verifyCustomerAccount(token:$t,password:$p){__typename}}', {
        t: captured.verification,
        p: read('VENDURE_CUSTOMER_PASSWORD'),
      }),
    response: data({ verifyCustomerAccount: z.object({ __typename: z.literal('CurrentUser') }) }),
    capture: ({ headers }) => ({ token: bearer(headers) }),
  })
  .request('who-am-i', {
    request: ({ captured }) => graphql('{activeCustomer{emailAddress}}', {}, captured),
    response: ({ email }) => data({ activeCustomer: z.object({ emailAddress: z.literal(email) }) }),
  });

const Order = z.object({
  __typename: z.literal('Order'),
  code: z.string(),
  state: z.string(),
  totalWithTax: money,
});

const ordered = verified
  .as('order-can-be-placed', { title: 'A customer can fill a cart and arrange payment', area: 'order' })
  .request('find-product', {
    request: ({ captured }) =>
      graphql(
        '{search(input:{term:"laptop",groupByProduct:false,take:1}){items{productVariantId priceWithTax{...on SinglePrice{value}}}}}',
        {},
        captured,
      ),
    response: data({
      search: z.object({
        items: z
          .array(z.object({ productVariantId: z.string(), priceWithTax: z.object({ value: money }) }))
          .length(1),
      }),
    }),
    capture: ({ body }) => {
      const [item] = body.data.search.items;
      return { variant: item?.productVariantId ?? '', price: item?.priceWithTax.value ?? -1 };
    },
  })
  .request('add-to-cart', {
    request: ({ captured }) =>
      graphql(
        'mutation($v:ID!){addItemToOrder(productVariantId:$v,quantity:2){__typename ...on Order{code state totalWithTax subTotalWithTax}}}',
        { v: captured.variant },
        captured,
      ),
    response: data({ addItemToOrder: Order.extend({ subTotalWithTax: money }) }),
    expect: ({ body, captured }) => [
      equal('sub-total of two', body.data.addItemToOrder.subTotalWithTax, 2 * captured.price),
    ],
    capture: ({ body }) => ({ order: body.data.addItemToOrder.code }),
    creates: ({ captured }) => ({ kind: 'order', identity: captured.email }),
  })
  .request('ship-to', {
    request: ({ captured }) =>
      graphql(
        'mutation{setOrderShippingAddress(input:{fullName:"Ada Lovelace",streetLine1:"1 Road",city:"Wien",postalCode:"1010",countryCode:"AT"}){__typename}}',
        {},
        captured,
      ),
    response: data({ setOrderShippingAddress: z.object({ __typename: z.literal('Order') }) }),
  })
  .request('shipping-methods', {
    request: ({ captured }) => graphql('{eligibleShippingMethods{id}}', {}, captured),
    response: data({ eligibleShippingMethods: z.array(z.object({ id: z.string() })).min(1) }),
    capture: ({ body }) => ({ shipping: body.data.eligibleShippingMethods[0]?.id ?? '' }),
  })
  .request('choose-shipping', {
    request: ({ captured }) =>
      graphql(
        'mutation($s:[ID!]!){setOrderShippingMethod(shippingMethodId:$s){__typename}}',
        { s: [captured.shipping] },
        captured,
      ),
    response: data({ setOrderShippingMethod: z.object({ __typename: z.literal('Order') }) }),
  })
  .request('arrange-payment', {
    request: ({ captured }) =>
      graphql(
        'mutation{transitionOrderToState(state:"ArrangingPayment"){__typename ...on Order{code state totalWithTax}}}',
        {},
        captured,
      ),
    response: data({ transitionOrderToState: Order.extend({ state: z.literal('ArrangingPayment') }) }),
    capture: ({ body }) => ({ total: body.data.transitionOrderToState.totalWithTax }),
  });

const pay =
  (paymentMethod: string) =>
  ({ captured }: FlowContext<{ token: string }>): RequestSpec =>
    graphql(
      'mutation($m:JSON!){addPaymentToOrder(input:{method:"stripe",metadata:$m}){__typename ...on Order{code state totalWithTax payments{transactionId state amount}} ...on PaymentDeclinedError{paymentErrorMessage}}}',
      { m: { paymentMethod } },
      captured,
    );

const Paid = Order.extend({
  state: z.literal('PaymentSettled'),
  payments: z
    .array(z.object({ transactionId: z.string(), state: z.literal('Settled'), amount: money }))
    .length(1),
});

const paid = ordered
  .as('payment-agrees-everywhere', {
    title: 'Order, database and payment provider agree on a payment',
    area: 'payment',
  })
  .request('pay', {
    request: pay('pm_card_visa'),
    response: data({ addPaymentToOrder: Paid }),
    expect: ({ body, captured }) => [
      equal('amount paid', body.data.addPaymentToOrder.payments[0]?.amount, captured.total),
    ],
    capture: ({ body }) => ({ payment: body.data.addPaymentToOrder.payments[0]?.transactionId ?? '' }),
  })
  .observe('at-the-provider', {
    port: 'payments',
    query: ({ captured }) => ({ id: captured.payment }),
    expect: ({ body, captured }) => [
      equal('status', body.status, 'succeeded'),
      equal('amount', body.amountReceived, captured.total),
      equal('currency', body.currency, 'usd'),
      equal('order code in the metadata', body.metadata['orderCode'], captured.order),
      equal('livemode', body.livemode, false),
    ],
  })
  .observe('in-the-database', {
    port: 'records',
    query: ({ captured }) => ({ from: 'payment', where: { transactionId: captured.payment } }),
    expect: ({ body, captured }) => [
      equal('rows', body.rows.length, 1),
      equal('state', body.rows[0]?.['state'], 'Settled'),
      equal('amount', Number(body.rows[0]?.['amount']), captured.total),
    ],
  });

const confirmed = paid
  .as('confirmation-mail-arrives', { title: 'The order confirmation arrives by mail', area: 'email' })
  .observe('confirmation-mail', {
    port: 'mailbox',
    query: ({ captured }) => ({ to: captured.email, subject: captured.order }),
    withinMs: 15_000,
    expect: ({ body, captured }) => [
      holds('order code in the subject', body.subject.includes(captured.order), body.subject, captured.order),
    ],
  });

const declined = ordered
  .as('declined-card-is-refused', { title: 'A declined card is refused', area: 'payment' })
  .request('pay', {
    request: pay('pm_card_chargeDeclined'),
    response: data({
      addPaymentToOrder: z.object({
        __typename: z.literal('PaymentDeclinedError'),
        paymentErrorMessage: z.string().min(1),
      }),
    }),
  });

const oldCustomer = flow('old-customer-sees-old-orders', {
  title: 'A customer of the old shop logs in and sees the old orders',
  area: 'registration',
  phases: both,
})
  .request('log-in', {
    request: ({ secret: read }) =>
      graphql('mutation($u:String!,$p:String!){login(username:$u,password:$p){__typename}}', {
        u: env('VENDURE_OLD_CUSTOMER'),
        p: read('VENDURE_CUSTOMER_PASSWORD'),
      }),
    response: data({ login: z.object({ __typename: z.literal('CurrentUser') }) }),
    capture: ({ headers }) => ({ token: bearer(headers) }),
  })
  .request('history', {
    request: ({ captured }) =>
      graphql('{activeCustomer{orders(options:{sort:{createdAt:ASC}}){items{code state}}}}', {}, captured),
    response: data({
      activeCustomer: z.object({
        orders: z.object({ items: z.array(z.object({ code: z.string(), state: z.string() })) }),
      }),
    }),
    expect: ({ body }) => [
      equal(
        'orders',
        body.data.activeCustomer.orders.items.map((order) => order.code).join(' '),
        env('VENDURE_OLD_ORDERS'),
      ),
      holds(
        'all paid',
        body.data.activeCustomer.orders.items.every((order) => order.state === 'PaymentSettled'),
        body.data.activeCustomer.orders.items.map((order) => order.state).join(' '),
        'PaymentSettled',
      ),
    ],
  });

/** Deletes a customer through the admin API; one that is gone already counts as deleted. */
const deleteCustomer = (email: string) =>
  flow('delete-customer', { title: `Delete ${email}`, check: false })
    .request('log-in', {
      request: ({ secret: read }) =>
        graphql(
          'mutation($p:String!){login(username:"superadmin",password:$p){__typename}}',
          { p: read('VENDURE_ADMIN_PASSWORD') },
          { endpoint: '/admin-api' },
        ),
      response: data({ login: z.object({ __typename: z.literal('CurrentUser') }) }),
      capture: ({ headers }) => ({ token: bearer(headers), endpoint: '/admin-api' }),
    })
    .request('find', {
      request: ({ captured }) =>
        graphql(
          'query($e:String!){customers(options:{filter:{emailAddress:{eq:$e}}}){items{id}}}',
          { e: email },
          captured,
        ),
      response: data({ customers: z.object({ items: z.array(z.object({ id: z.string() })) }) }),
      capture: ({ body }) => ({ ids: body.data.customers.items.map((item) => item.id) }),
    })
    .request('delete', {
      request: ({ captured }) =>
        graphql('mutation($i:[ID!]!){deleteCustomers(ids:$i){result}}', { i: captured.ids }, captured),
      response: data({ deleteCustomers: z.array(z.object({ result: z.literal('DELETED') })) }),
    });

/** Rows that were there before the switch; what came after it is new business, or ours. */
const before = (table: string) => ({ table, where: `"createdAt" <= '${env('VENDURE_CUTOVER_AT')}'` });

export default defineConfig({
  target: {
    name: 'vendure',
    urls: { app: env('VENDURE_URL') },
    records: { adapter: 'postgres', url: secret('VENDURE_NEW_DATABASE_URL') },
    old: { records: { adapter: 'postgres', url: secret('VENDURE_OLD_DATABASE_URL') } },
    mailbox: { adapter: 'greenlight-sink', url: env('VENDURE_MAIL_URL') },
    payments: { adapter: 'stripe', secretKey: secret('STRIPE_SECRET_KEY'), apiBase: env('STRIPE_API_BASE') },
  },
  probes: [
    {
      id: 'health-is-truthful',
      title: 'The health document says ok, and the shop answers',
      kind: 'health',
      phases: [...both],
      path: '/health',
      schema: z.object({ status: z.literal('ok') }),
      witnesses: [{ path: '/shop-api?query=%7BactiveChannel%7Bcode%7D%7D' }],
    },
  ],
  flows: [catalogue, registered, mailed, verified, ordered, paid, confirmed, declined, oldCustomer, browse],
  created: {
    customer: { undo: deleteCustomer },
    order: {
      keep: 'Vendure keeps orders for the books; their customer is deleted and their address begins with gl-',
    },
  },
  data: {
    tables: [
      {
        id: 'customers-preserved',
        title: 'Every customer is there',
        old: 'customer',
        new: before('customer'),
        compare: 'rows',
      },
      {
        id: 'orders-preserved',
        title: 'Every order is there',
        old: 'order',
        new: before('order'),
        compare: 'rows',
      },
      {
        id: 'order-lines-preserved',
        title: 'Every order line is there',
        old: 'order_line',
        new: before('order_line'),
        compare: 'rows',
      },
      {
        id: 'payments-preserved',
        title: 'Every payment is there, to the cent',
        old: 'payment',
        new: before('payment'),
        compare: 'rows',
      },
      {
        id: 'variants-preserved',
        title: 'Every product variant is there',
        old: 'product_variant',
        new: before('product_variant'),
        compare: 'rows',
      },
    ],
    // The upgrade adds to the other tables, and the shop goes on writing to them.
    otherTables: { compare: 'counts', rows: 'at-least' },
    except: {
      session: 'sessions end, and the shop removes those that did',
      'job_record*': 'jobs that are done are removed',
      search_index_item: 'the new version builds it anew',
    },
  },
  load: {
    profiles: [
      {
        id: 'search-holds-under-load',
        title: 'The catalogue search holds under load',
        engine: 'autocannon',
        flow: 'browse-catalogue',
        connections: 4,
        durationS: 15,
        thresholds: { p95Ms: 1000, errorRate: 0.01 },
        minimumRequests: 50,
      },
    ],
  },
  secrets: ['VENDURE_ADMIN_PASSWORD', 'VENDURE_CUSTOMER_PASSWORD', 'VENDURE_COOKIE_SECRET'],
  budgetMs: 10_000,
});
