import { HEALTHY, SAMIA_RULES, samiaSeries } from './metrics.ts';
import { CUTOVER_MIGRATION, MIGRATIONS } from './migrations.ts';
import {
  answers,
  type Fault,
  insideIs,
  isDown,
  level,
  metricsSay,
  migrationSays,
  sql,
  thirdPartySays,
} from './plant.ts';
import { LIMIT, LIMITED } from './routes.ts';
import { BACKUP, THIRD_PARTY } from './scene.ts';

/** Faults of the cut-over of Samia Tarot, in the order of the document. */
export const SAMIA_FAULTS: readonly Fault[] = [
  {
    id: 'hsts-missing',
    title: 'one of twenty looks of the security smoke fails: 95 %, and not more',
    phase: 'preflight',
    check: 'security-smoke-passes',
    step: 'hsts-is-sent',
    plant: ({ staging: { state } }) => {
      const { 'strict-transport-security': hsts = '' } = state.headers;
      delete state.headers['strict-transport-security'];
      return () => {
        state.headers['strict-transport-security'] = hsts;
      };
    },
  },
  {
    id: 'errors-tell-the-database',
    title: 'a quote in a path brings an error of PostgreSQL',
    phase: 'preflight',
    check: 'security-smoke-passes',
    step: 'injected-paths-tell-nothing',
    plant: ({ staging }) =>
      answers(staging, 'GET /api/services/%27', {
        status: 500,
        body: 'error: syntax error at or near "\'" at character 39',
      }),
  },
  {
    id: 'guard-shows-all-orders',
    title: 'the API shows every customer the rows of all',
    phase: 'preflight',
    check: 'policies-match-guards',
    plant: ({ inside }) => insideIs(inside.staging, { listsAll: true }),
  },
  sql({
    id: 'policy-is-off',
    title: 'row-level security of the orders is switched off',
    phase: 'preflight',
    check: 'policies-match-guards',
    place: 'staging',
    plant: 'alter table orders disable row level security',
    undo: 'alter table orders enable row level security',
  }),
  {
    id: 'migration-runs-once-only',
    title: 'migration 004 fails when it is run a second time',
    phase: 'preflight',
    check: 'migrations-are-clean-and-idempotent',
    plant: ({ repository }) =>
      migrationSays(repository, (text) =>
        text.replace('create table if not exists circuit_breakers', 'create table circuit_breakers'),
      ),
  },
  {
    id: 'migration-is-broken',
    title: 'migration 004 has an error',
    phase: 'preflight',
    check: 'migrations-are-clean-and-idempotent',
    plant: ({ repository }) => migrationSays(repository, (text) => `${text}select * from no_such_table;\n`),
  },
  {
    id: 'backup-is-old',
    title: 'the back-up is three hours old',
    phase: 'preflight',
    check: 'backup-is-fresh',
    plant: async ({ backups }) => {
      await backups.age(BACKUP.gates, 3);
      return () => backups.age(BACKUP.gates, 0);
    },
  },
  {
    id: 'backup-lacks-orders',
    title: 'a newer back-up has no order in it',
    phase: 'preflight',
    check: 'backup-can-be-restored',
    plant: async ({ backups }) => {
      const name = 'pre_cutover_backup_20261120_190000.sql';
      await backups.dump(name, 'orders');
      return () => backups.remove(name);
    },
  },
  {
    id: 'dashboard-missing',
    title: 'Grafana has no dashboard of saturation',
    phase: 'preflight',
    check: 'dashboards-are-active',
    plant: (scene) =>
      thirdPartySays(
        scene,
        THIRD_PARTY.dashboards,
        ['Latency', 'Traffic', 'Errors'].map((title) => ({ title })),
      ),
  },
  {
    id: 'alert-rule-missing',
    title: 'Prometheus has no alert rule for payments',
    phase: 'preflight',
    check: 'slo-alert-rules-are-loaded',
    plant: async ({ monitoring }) => {
      const [group] = SAMIA_RULES.groups;
      const rules = (group?.rules ?? []).filter(
        (one) => !JSON.stringify(one).includes('SamiaPaymentSuccess'),
      );
      await monitoring.replace(samiaSeries(HEALTHY), { groups: [{ name: 'samia', rules }] });
      return () => monitoring.replace(samiaSeries(HEALTHY));
    },
  },
  sql({
    id: 'breaker-is-open',
    title: 'the circuit breaker of Twilio is open',
    phase: 'preflight',
    check: 'breakers-are-closed',
    place: 'staging',
    plant: "update circuit_breakers set state = 'open' where provider = 'twilio'",
    undo: "update circuit_breakers set state = 'closed' where provider = 'twilio'",
  }),
  sql({
    id: 'community-is-on',
    title: 'the flag of the community is on',
    phase: 'preflight',
    check: 'flags-are-set',
    place: 'staging',
    plant: "update feature_flags set is_enabled = true where flag_key = 'community_enabled'",
    undo: "update feature_flags set is_enabled = false where flag_key = 'community_enabled'",
  }),
  {
    id: 'no-tag',
    title: 'the release has no tag',
    phase: 'cutover',
    check: 'release-is-tagged',
    plant: async ({ repository }) => {
      await repository.setTag('none');
      return () => repository.setTag('release');
    },
  },
  {
    id: 'branch-is-open',
    title: 'the branch is not locked',
    phase: 'cutover',
    check: 'code-is-frozen',
    plant: (scene) =>
      thirdPartySays(scene, THIRD_PARTY.protection, {
        lock_branch: { enabled: false },
        enforce_admins: { enabled: true },
      }),
  },
  {
    id: 'final-backup-is-old',
    title: 'the final back-up was made two hours ago',
    phase: 'cutover',
    check: 'final-backup-is-made',
    plant: async ({ backups }) => {
      await backups.age(BACKUP.final, 2);
      return () => backups.age(BACKUP.final, 0);
    },
  },
  sql({
    id: 'migration-not-applied',
    title: 'nobody ran migration 004',
    phase: 'cutover',
    check: 'migration-004-is-applied',
    place: 'production',
    plant: `delete from schema_migrations where name = '${CUTOVER_MIGRATION}'`,
    undo: `insert into schema_migrations (name) values ('${CUTOVER_MIGRATION}')`,
  }),
  sql({
    id: 'schema-is-damaged',
    title: 'row-level security of the payments was switched off on production',
    phase: 'cutover',
    check: 'schema-audit-passes',
    place: 'production',
    plant: 'alter table payments disable row level security',
    undo: 'alter table payments enable row level security',
  }),
  sql({
    id: 'budget-guard-is-off',
    title: 'the budget of messages is not guarded',
    phase: 'cutover',
    check: 'budget-guards-are-active',
    place: 'production',
    plant: "update budget_categories set is_active = false where name = 'messages'",
    undo: "update budget_categories set is_active = true where name = 'messages'",
  }),
  {
    id: 'production-is-unhealthy',
    title: 'production says that it is not healthy',
    phase: 'post-cutover',
    check: 'application-is-healthy',
    plant: ({ production }) => isDown(production, 'database'),
  },
  {
    id: 'database-is-away',
    title: 'the application does not reach its database',
    phase: 'post-cutover',
    check: 'database-is-healthy',
    plant: ({ production }) => answers(production, 'GET /api/health/database', { status: 503 }),
  },
  {
    id: 'provider-is-down',
    title: 'APNs is unhealthy',
    phase: 'post-cutover',
    check: 'providers-are-healthy',
    plant: ({ production }) => isDown(production, 'apns'),
  },
  {
    id: 'flags-are-stale',
    title: 'the application goes on with flags that were changed',
    phase: 'post-cutover',
    check: 'flags-work',
    plant: ({ inside }) => insideIs(inside.production, { flagsTurned: true }),
  },
  {
    id: 'breaker-does-not-react',
    title: 'calls that fail open no circuit breaker',
    phase: 'post-cutover',
    check: 'breaker-reacts',
    plant: ({ inside }) => insideIs(inside.production, { breakersStick: true }),
  },
  {
    id: 'no-rate-limit',
    title: 'requests are not limited',
    phase: 'post-cutover',
    check: 'rate-is-limited',
    plant: ({ production: { state } }) => {
      state.limits.delete(LIMITED);
      return () => void state.limits.set(LIMITED, LIMIT);
    },
  },
  {
    id: 'registration-is-broken',
    title: 'nobody can register',
    phase: 'post-cutover',
    check: 'customer-can-register',
    plant: ({ production }) => answers(production, 'POST /api/auth/register', { status: 500 }),
  },
  {
    id: 'orders-are-not-kept',
    title: 'an order is confirmed and not kept',
    phase: 'post-cutover',
    check: 'order-can-be-created',
    plant: ({ inside }) => insideIs(inside.production, { forgetsOrders: true }),
  },
  {
    id: 'payment-is-short',
    title: 'Stripe is told to take half of the amount',
    phase: 'post-cutover',
    check: 'payment-is-taken',
    plant: ({ inside }) => insideIs(inside.production, { chargedShare: 0.5 }),
  },
  level('api-is-slow', 'p95 is above 500 ms', 'api-p95-is-below-500ms', {
    fast: { '0.2': 0.6, '0.5': 0.9, '2.0': 0.999 },
  }),
  level('errors-above-1-percent', '3 % of the requests fail', 'errors-are-below-1-percent', {
    errorShare: 0.03,
  }),
  level('payments-fail', '4 % of the payments fail', 'payments-succeed', { paid: 0.96 }),
  level(
    'database-is-slow',
    'a tenth of the queries take longer than 100 ms',
    'database-answers-below-100ms',
    {
      fastQueries: 0.9,
    },
  ),
  {
    id: 'no-go-is-decided',
    title: 'the decision maker says NO-GO',
    phase: 'post-cutover',
    check: 'go-is-decided',
    plant: async ({ say }) => {
      await say('go-is-decided', 'decision maker', 'refused');
      return async () => {
        await say('go-is-decided', 'decision maker', 'attested');
        await say('final-decision-is-signed', 'release manager', 'attested');
      };
    },
  },
  {
    id: 'flag-is-stuck',
    title: 'switching a flag is confirmed and not done',
    phase: 'rollback',
    check: 'flag-can-be-switched',
    plant: ({ inside }) => insideIs(inside.production, { flagsStick: true }),
  },
  {
    id: 'breaker-is-stuck',
    title: 'tripping a circuit breaker is confirmed and not done',
    phase: 'rollback',
    check: 'breaker-can-be-tripped',
    plant: ({ inside }) => insideIs(inside.production, { breakersStick: true }),
  },
  {
    id: 'no-rollback-script',
    title: 'the release has no script that rolls the database back',
    phase: 'rollback',
    check: 'rollback-scripts-are-there',
    plant: async ({ repository }) => {
      await repository.setTag('without-rollback-scripts');
      return () => repository.setTag('release');
    },
  },
  {
    id: 'incident-on-status-page',
    title: 'the status page reports an incident',
    phase: 'rollback',
    check: 'status-page-is-ready',
    plant: (scene) => thirdPartySays(scene, THIRD_PARTY.status, { status: { indicator: 'major' } }),
  },
  sql({
    id: 'notifications-were-switched-on',
    title: 'somebody switched notifications on',
    phase: 'synthetic',
    check: 'flags-are-set',
    place: 'production',
    plant: "update feature_flags set is_enabled = true where flag_key = 'notifications_enabled'",
    undo: "update feature_flags set is_enabled = false where flag_key = 'notifications_enabled'",
  }),
  sql({
    id: 'signals-are-not-recorded',
    title: 'golden signals are not recorded any more',
    phase: 'synthetic',
    check: 'golden-signals-are-recorded',
    place: 'production',
    plant: `create or replace view golden_signals as select metric_type, now() - interval '1 hour' as recorded_at
      from unnest(array['latency', 'traffic', 'errors', 'saturation']) as metric_type`,
    undo: MIGRATIONS[CUTOVER_MIGRATION] ?? '',
  }),
  sql({
    id: 'budget-is-gone',
    title: 'messages cost something, and have no budget any more',
    phase: 'synthetic',
    check: 'budget-is-kept',
    place: 'production',
    plant: "update budget_categories set budget = 0 where name = 'messages'",
    undo: "update budget_categories set budget = 100 where name = 'messages'",
  }),
  sql({
    id: 'budget-is-spent',
    title: 'messages have cost more than their budget',
    phase: 'synthetic',
    check: 'budget-is-kept',
    place: 'production',
    plant: "update budget_categories set spent = 130 where name = 'messages'",
    undo: "update budget_categories set spent = 21 where name = 'messages'",
  }),
  {
    id: 'memory-is-full',
    title: '97 % of the memory is used',
    phase: 'watch',
    check: 'memory-is-left',
    plant: (scene) => metricsSay(scene, { memory: 0.97 }),
  },
  {
    id: 'nobody-there',
    title: 'no user is active',
    phase: 'watch',
    check: 'users-are-active',
    plant: (scene) => metricsSay(scene, { users: 0 }),
  },
];
