import { defineConfig, secret } from '../contract/index.ts';
import { customerCanBuyInBrowser } from './plan/browser.ts';
import { browseCatalogue } from './plan/catalogue.ts';
import { registrationMailArrives, removeCustomer, visitorCanRegister } from './plan/customers.ts';
import { read } from './plan/environment.ts';
import { oldCustomerCanLogIn } from './plan/old-customer.ts';
import { orderTotalIsExact } from './plan/orders.ts';
import {
  declinedCardIsRefused,
  paymentAgreesEverywhere,
  paymentWebhookTakesEffect,
} from './plan/payments.ts';
import { probes } from './plan/probes.ts';
import { state } from './plan/state.ts';
import { except, tables } from './plan/tables.ts';

/**
 * The plan of the embedded demo, and the example of a whole plan: flows with shared beginnings, probes, table counts,
 * load, clean-up. It reads nothing but the environment that `greenlight demo` sets, and knows the shop only from outside.
 */
export default defineConfig({
  target: {
    name: 'demo shop',
    urls: { app: read('DEMO_NEW_URL') },
    old: {
      urls: { app: read('DEMO_OLD_URL') },
      records: { adapter: 'postgres', url: secret('DEMO_OLD_DATABASE_URL') },
    },
    records: { adapter: 'postgres', url: secret('DEMO_NEW_DATABASE_URL') },
    mailbox: { adapter: 'greenlight-sink', url: read('DEMO_MAIL_URL') },
    payments: {
      adapter: 'stripe',
      secretKey: secret('DEMO_STRIPE_SECRET_KEY'),
      apiBase: read('DEMO_STRIPE_API_BASE'),
    },
    release: { path: '/health', id: 'version', commit: 'commit' },
    control: `${read('DEMO_MAIL_URL')}/healthz`,
  },
  probes,
  flows: [
    visitorCanRegister,
    registrationMailArrives,
    orderTotalIsExact,
    paymentAgreesEverywhere,
    declinedCardIsRefused,
    paymentWebhookTakesEffect,
    oldCustomerCanLogIn,
    customerCanBuyInBrowser,
    browseCatalogue,
  ],
  data: { tables, except, state },
  load: {
    profiles: [
      {
        id: 'catalogue-holds-under-load',
        title: 'The catalogue answers fast and without errors under load',
        engine: 'autocannon',
        requests: [{ path: '/api/products' }],
        connections: 10,
        durationS: 6,
        thresholds: { p95Ms: 300, errorRate: 0.01 },
      },
      {
        id: 'catalogue-holds-under-load-k6',
        title: 'Browsing holds at a steady arrival rate',
        engine: 'k6',
        optional: true,
        flow: browseCatalogue.id,
        connections: 10,
        rate: 40,
        durationS: 6,
        thresholds: { p95Ms: 300, errorRate: 0.01 },
      },
    ],
  },
  created: { customer: { undo: removeCustomer } },
  secrets: [
    'DEMO_NEW_DATABASE_URL',
    'DEMO_OLD_DATABASE_URL',
    'DEMO_STRIPE_SECRET_KEY',
    'DEMO_WEBHOOK_SECRET',
    'DEMO_CLEANUP_TOKEN',
    'DEMO_OLD_CUSTOMER_PASSWORD',
  ],
  policy: {
    default: { leftovers: 'warn' },
    // A scheduled verdict is replaced by the next one: it must not be trusted for long.
    synthetic: { maxAgeMinutes: 10, validForMinutes: 10 },
  },
  budgetMs: 5000,
  deadlineMinutes: 10,
  workers: 2,
});
