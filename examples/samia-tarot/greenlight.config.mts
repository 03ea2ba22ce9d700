/**
 * The cut-over of Samia Tarot: a release behind feature flags, with a go / no-go checklist. SAMIA_URL is staging in
 * preflight and production afterwards. In this document "roll-back" means that the way back is open while the new release
 * serves: phase `rollback` is run with the new release, and before the final decision.
 */
import { defineConfig, secret } from '../../contract/index.ts';
import { env, script } from './plan/environment.mts';
import {
  customerCanRegister,
  orderCanBeCreated,
  paymentIsTaken,
  refundPayment,
  removeCustomer,
  removeOrder,
} from './plan/flows.mts';
import { gates } from './plan/gates.mts';
import { health } from './plan/health.mts';
import { serviceLevels } from './plan/levels.mts';
import { alerts, metrics } from './plan/metrics.mts';
import { monitoring } from './plan/monitoring.mts';
import { notify } from './plan/notify.mts';
import { people, policy } from './plan/people.mts';
import { release } from './plan/release.mts';
import { runbook } from './plan/runbook.mts';
import { security } from './plan/security.mts';
import { switches } from './plan/switches.mts';

/** Only for a stand-in of Stripe. */
const stripe = env('SAMIA_STRIPE_URL', '');

export default defineConfig({
  target: {
    name: 'samia-tarot',
    urls: {
      app: env('SAMIA_URL', 'https://samia-tarot.com'),
      staging: env('SAMIA_STAGING_URL', 'https://staging.samia-tarot.com'),
    },
    release: { path: '/health', id: 'version', commit: 'commit' },
    records: { adapter: 'postgres', url: secret('SAMIA_DATABASE_URL') },
    databases: {
      production: secret('SAMIA_PRODUCTION_DATABASE_URL'),
      // For the restore drill alone.
      scratch: secret('SAMIA_SCRATCH_DATABASE_URL'),
    },
    // The account of the test tenant. A live key ends the run before anything is sent.
    payments: {
      adapter: 'stripe',
      secretKey: secret('SAMIA_STRIPE_TEST_KEY'),
      ...(stripe !== '' && { apiBase: stripe }),
    },
    thirdParties: {
      grafana: env('GRAFANA_URL', 'https://grafana.samia-tarot.com'),
      github: {
        url: env('GITHUB_API_URL', 'https://api.github.com'),
        headers: { authorization: secret('SAMIA_GITHUB_AUTHORIZATION') },
      },
      statusPage: env('STATUS_PAGE_URL', 'https://status.samia-tarot.com'),
    },
  },
  // Deliberate: one customer, one order and one test payment are made and taken back; staging is searched for what stands
  // open; one flag of production is switched off and on, and the circuit breaker of a provider that exists for tests.
  allow: {
    createData: ['samia-tarot.com', 'staging.samia-tarot.com'],
    open: ['staging.samia-tarot.com'],
    rateLimit: ['samia-tarot.com'],
    flags: ['rate_limiting_enabled'],
    breakers: ['test-provider'],
    commands: ['git', 'python3', script('restore-drill.sh')],
  },
  probes: [...health, ...switches, ...gates, ...release, ...monitoring, ...security],
  flows: [customerCanRegister, orderCanBeCreated, paymentIsTaken],
  created: {
    customer: { undo: removeCustomer },
    order: { undo: removeOrder },
    payment: { undo: refundPayment },
  },
  slo: serviceLevels,
  metrics,
  alerts,
  notify,
  secrets: [
    'SAMIA_CUSTOMER_AUTHORIZATION',
    'SAMIA_OTHER_AUTHORIZATION',
    'SAMIA_ADMIN_AUTHORIZATION',
    'SAMIA_STRIPE_TEST_KEY',
    'SAMIA_DATABASE_URL',
    'SAMIA_PRODUCTION_DATABASE_URL',
    'SAMIA_CLONE_DATABASE_URL',
    'SAMIA_SCRATCH_DATABASE_URL',
    'SAMIA_GITHUB_AUTHORIZATION',
  ],
  people,
  runbook,
  policy,
});
