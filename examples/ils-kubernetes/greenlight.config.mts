/**
 * The cut-over of ILS 2.0: Kubernetes, GitHub Actions, PostgreSQL, Redis. ILS_URL is staging in preflight and production
 * afterwards; ILS_PRODUCTION_URL is where visitors come in, which must be ready before. The health document says where it
 * runs, so that a wrong address is found.
 */
import { defineConfig, secret } from '../../contract/index.ts';
import { cluster } from './plan/cluster.mts';
import { backup, tables } from './plan/data.mts';
import { edge } from './plan/edge.mts';
import { env, script } from './plan/environment.mts';
import { adminFunctionsWork, clinicDay, removeOrder, removePatient } from './plan/flows.mts';
import { serviceLevels } from './plan/levels.mts';
import { alerts, metrics } from './plan/metrics.mts';
import { monitoring } from './plan/monitoring.mts';
import { people, policy } from './plan/people.mts';
import { pages } from './plan/pages.mts';
import { repository } from './plan/repository.mts';
import { runbook } from './plan/runbook.mts';

export default defineConfig({
  target: {
    name: 'ils-production',
    urls: {
      app: env('ILS_URL', 'https://ils.example.com'),
      production: env('ILS_PRODUCTION_URL', 'https://ils.example.com'),
    },
    release: { path: '/health', id: 'version', commit: 'commit' },
    records: { adapter: 'postgres', url: secret('ILS_DATABASE_URL') },
    // What is backed up, and where restores are tried.
    databases: {
      production: secret('ILS_PRODUCTION_DATABASE_URL'),
      scratch: secret('ILS_SCRATCH_DATABASE_URL'),
    },
    // The backup, restored into a scratch database: what must not be lost, and the reference after a restore.
    old: { records: { adapter: 'postgres', url: secret('ILS_RESTORED_BACKUP_URL') } },
    thirdParties: {
      sentry: {
        url: env('SENTRY_URL', 'https://sentry.io'),
        headers: { authorization: secret('SENTRY_AUTHORIZATION') },
      },
      grafana: env('GRAFANA_URL', 'https://grafana.ils.example.com'),
      loki: env('LOKI_URL', 'https://loki.ils.example.com'),
      laboratory: env('LABORATORY_STATUS_URL', 'https://status.laboratory.example.com'),
    },
  },
  // Deliberate: the journey creates one patient and one order and removes both, and preflight makes a little load.
  allow: {
    createData: ['ils.example.com', 'staging.ils.example.com'],
    load: ['ils.example.com', 'staging.ils.example.com'],
    rateLimit: ['ils.example.com'],
    commands: [
      'kubectl',
      'git',
      'npm',
      script('production-readiness/verify-deployment.sh'),
      script('production-readiness/smoke-tests.sh'),
      script('backup/list-backups.sh'),
      script('backup/restore-database.sh'),
    ],
  },
  probes: [...edge, ...pages, ...cluster, ...repository, ...monitoring, ...backup],
  flows: [clinicDay, adminFunctionsWork],
  data: { tables },
  created: { patient: { undo: removePatient }, order: { undo: removeOrder } },
  load: {
    profiles: [
      {
        id: 'load-test-passes',
        title: 'Staging holds under load: p95 below 500 ms, fewer than 1 % errors',
        phases: ['preflight'],
        engine: 'autocannon',
        requests: [{ path: '/' }, { path: '/api/catalogue' }],
        connections: 5,
        durationS: 4,
        thresholds: { p95Ms: 500, errorRate: 0.01 },
      },
    ],
  },
  slo: serviceLevels,
  metrics,
  alerts,
  secrets: ['ILS_SMOKE_PASSWORD', 'ILS_ADMIN_PASSWORD', 'ILS_DATABASE_URL', 'ILS_RESTORED_BACKUP_URL'].concat(
    ['ILS_PRODUCTION_DATABASE_URL', 'ILS_SCRATCH_DATABASE_URL'],
  ),
  people,
  runbook,
  policy,
});
