/** Single numbers: what the database counts, traffic, the budget; and the alert rules that watch production for good. */
import type { PlanInput } from '../../../contract/index.ts';
import { env } from './environment.mts';
import { PROVIDERS } from './health.mts';
import { FLAGS } from './switches.mts';

type Checks = NonNullable<NonNullable<PlanInput['metrics']>['checks']>;

const ofDatabase = { kind: 'gauge', source: 'database', over: 'last' } as const;

/** Names of the plan itself, as literals: rows of anything else, such as the provider for tests, must not fill a gap. */
const among = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

/** At least so many rows, as the document counts them after the migration. */
const counted = (
  id: string,
  title: string,
  of: string,
  atLeast: number,
  phases: Checks[number]['phases'] = ['cutover'],
): Checks[number] => ({
  ...ofDatabase,
  id,
  title,
  phases,
  of,
  limits: { critical: { atLeast } },
  owner: 'database owner',
});

export const metrics: NonNullable<PlanInput['metrics']> = {
  sources: {
    prometheus: { adapter: 'prometheus', url: env('PROMETHEUS_URL', 'https://prometheus.samia-tarot.com') },
    database: { adapter: 'sql', database: 'production' },
  },
  checks: [
    counted(
      'flags-are-stored',
      'The five feature flags are stored',
      `select count(distinct flag_key) from feature_flags where flag_key in (${among(Object.keys(FLAGS))})`,
      Object.keys(FLAGS).length,
    ),
    counted(
      'breakers-are-stored',
      'A circuit breaker is stored for each provider',
      `select count(distinct provider) from circuit_breakers where provider in (${among(PROVIDERS)})`,
      PROVIDERS.length,
    ),
    counted(
      'budget-guards-are-active',
      'Budget guards are active for all four categories',
      'select count(*) from budget_categories where is_active',
      4,
      ['cutover', 'post-cutover'],
    ),
    counted(
      'golden-signals-are-recorded',
      'All four golden signals were recorded in the last five minutes',
      "select count(distinct metric_type) from golden_signals where recorded_at > now() - interval '5 minutes'",
      4,
      ['post-cutover', 'synthetic'],
    ),
    {
      ...ofDatabase,
      id: 'budget-is-kept',
      title: 'No category has spent more than its budget of this month',
      phases: ['post-cutover', 'synthetic'],
      // Of a category without a budget, whatever is spent is too much.
      of: 'select max(spent / greatest(budget, 0.01)) from budget_categories where is_active',
      limits: { warning: { atMost: 0.8 }, critical: { atMost: 1 } },
      owner: 'finance',
    },
    {
      kind: 'rate',
      id: 'traffic-flows',
      source: 'prometheus',
      title: 'At least one request a second',
      phases: ['watch'],
      of: 'http_requests_total{job="samia"}',
      limits: { critical: { atLeast: 1 } },
      owner: 'product owner',
    },
    {
      kind: 'gauge',
      id: 'users-are-active',
      source: 'prometheus',
      title: 'Users are active',
      phases: ['watch'],
      of: 'sum(active_users{job="samia"})',
      limits: { critical: { atLeast: 1 } },
      owner: 'product owner',
    },
  ],
};

export const alerts: NonNullable<PlanInput['alerts']> = [
  {
    id: 'slo-alert-rules-are-loaded',
    title: 'Prometheus has an alert rule for each of the four service levels, and evaluates it',
    phases: ['preflight', 'watch'],
    source: 'prometheus',
    rules: [
      { alert: 'SamiaApiLatency', severity: 'warning' },
      { alert: 'SamiaErrorRate', severity: 'critical' },
      { alert: 'SamiaPaymentSuccess', severity: 'critical' },
      { alert: 'SamiaDatabaseLatency', severity: 'warning' },
    ],
    owner: 'on-call engineer',
  },
];
