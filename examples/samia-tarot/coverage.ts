import type { Coverage } from '../coverage/mapping.ts';
import { SECURITY_SMOKE } from './plan/security.mts';

const NIGHT = 'The night';

/** Before migration 004 production has neither flags nor circuit breakers. */
const ON_STAGING = 'of staging; of production after its migration, in phase cutover';

const SLO = [
  'api-p95-is-below-500ms',
  'errors-are-below-1-percent',
  'payments-succeed',
  'database-answers-below-100ms',
];

/** Where every statement of the document went: by its id, the line of the document. */
export const coverage: Coverage = {
  'samia-3': {
    statement: 'roles-are-named',
    note: 'the version is that of `--release`; names and numbers stand in `people.roles`',
  },
  'samia-18': { statement: 'modules-are-tested' },
  'samia-33': {
    check: SECURITY_SMOKE,
    note: 'the group `security-smoke-passes` of `policy.preflight`: strictly more than 95 %, so 19 of 20 are refused',
  },
  'samia-41': { check: 'policies-match-guards', note: 'on the endpoints that the plan lists' },
  'samia-49': { check: 'migrations-are-clean-and-idempotent' },
  'samia-55': { statement: 'dpia-is-approved' },
  'samia-56': { statement: 'dpia-was-reviewed-by-legal' },
  'samia-57': { statement: 'dpia-was-reviewed-by-security' },
  'samia-59': { statement: 'gdpr-is-verified' },
  'samia-66': { check: 'backup-is-fresh', note: 'file and size stand in the report' },
  'samia-74': { check: 'backup-can-be-restored', note: 'the RTO that was achieved stands in the report' },
  'samia-83': { check: 'dashboards-are-active' },
  'samia-84': { check: ['p50-is-below-200ms', 'api-p95-is-below-500ms', 'p99-is-below-2s'] },
  'samia-85': { check: ['traffic-flows', 'users-are-active'] },
  'samia-86': { check: ['client-errors-are-few', 'errors-are-below-1-percent'] },
  'samia-87': { check: ['processor-is-not-busy', 'memory-is-left', 'connections-are-free'] },
  'samia-89': { check: 'slo-alert-rules-are-loaded' },
  'samia-90': { check: 'api-p95-is-below-500ms' },
  'samia-91': { check: 'errors-are-below-1-percent' },
  'samia-92': { check: 'payments-succeed' },
  'samia-93': {
    check: 'database-answers-below-100ms',
    note: 'of 95 % of the queries: the document names no share',
  },
  'samia-107': { check: 'breakers-are-closed', note: `active is read as: there, and closed; ${ON_STAGING}` },
  'samia-121': { check: 'flags-are-set', note: ON_STAGING },
  'samia-122': { check: 'flags-are-set', note: ON_STAGING },
  'samia-123': { check: 'flags-are-set', note: ON_STAGING },
  'samia-124': { check: 'flags-are-set', note: ON_STAGING },
  'samia-125': { check: 'flags-are-set', note: ON_STAGING },
  'samia-127': { statement: 'preflight-gates-are-signed' },
  'samia-136': { check: 'release-is-tagged', note: 'the commit stands in the report' },
  'samia-144': { statement: 'release-notes-are-published' },
  'samia-149': { check: 'code-is-frozen' },
  'samia-155': { check: 'final-backup-is-made' },
  'samia-162': {
    check: ['migration-004-is-applied', 'schema-audit-passes'],
    note: 'that and when it was executed, and that its tables are there; how long it took is for people',
  },
  'samia-174': { check: 'schema-audit-passes' },
  'samia-175': { check: ['flags-are-stored', 'breakers-are-stored'] },
  'samia-178': { check: 'budget-guards-are-active' },
  'samia-188': {
    check: 'wanted-release-runs',
    note: 'that production runs it, by version and commit; how long it took stands in the pipeline',
  },
  'samia-194': { check: 'application-is-healthy' },
  'samia-195': { check: 'database-is-healthy' },
  'samia-196': { check: 'providers-are-healthy' },
  'samia-204': { check: 'golden-signals-are-recorded' },
  'samia-216': { check: 'budget-guards-are-active' },
  'samia-228': { statement: 'cut-over-execution-is-signed' },
  'samia-237': { check: ['flags-are-set', 'flags-work'] },
  'samia-249': {
    check: 'breaker-reacts',
    note: 'on a provider for tests: failing Stripe would stop what customers pay',
  },
  'samia-263': { check: 'rate-is-limited' },
  'samia-266': { check: 'rate-is-limited' },
  'samia-269': { check: 'customer-can-register', note: 'the time of each answer stands in the report' },
  'samia-278': { check: 'order-can-be-created', note: 'the time of each answer stands in the report' },
  'samia-288': { check: 'payment-is-taken' },
  'samia-298': {
    check: SLO,
    note: 'judged here; `greenlight baseline levels save` keeps them as the baseline, a step of the runbook',
  },
  'samia-326': { check: SLO, note: 'each breach is told with its value and its limit' },
  'samia-328': { statement: 'post-cut-over-validation-is-signed' },
  'samia-335': { check: 'flag-can-be-switched', note: 'also after a kill it is put back' },
  'samia-349': { check: 'breaker-can-be-tripped' },
  'samia-362': { check: 'rollback-scripts-are-there' },
  'samia-366': { statement: 'rollback-was-tested' },
  'samia-369': { statement: 'on-call-is-active' },
  'samia-375': { statement: 'emergency-channel-is-ready' },
  'samia-376': { check: 'status-page-is-ready' },
  'samia-377': { statement: 'incident-bridge-is-ready' },
  'samia-379': { statement: 'rollback-readiness-is-signed' },
  'samia-390': {
    check: [
      'application-is-healthy',
      'database-is-healthy',
      'providers-are-healthy',
      'flags-are-set',
      'breakers-are-closed',
      'order-can-be-created',
      ...SLO,
    ],
    note: 'the phase that `deploy/health_check.sh` runs from cron',
  },
  'samia-393': {
    command: 'history --summary hourly',
    note: 'cron mails it; the signals are judged in every run',
  },
  'samia-396': {
    check: 'budget-is-kept',
    note: 'in every run; cron mails a daily summary of the history',
  },
  'samia-399': {
    command: 'status --max-age 11m',
    note: '20 where no run ended within two intervals and a minute',
  },
  'samia-403': { told: { kind: 'check', urgency: 'critical', to: ['on-call'] }, note: 'by PagerDuty' },
  'samia-404': { told: { kind: 'check', urgency: 'warning', to: ['team'] }, note: 'by Slack' },
  'samia-405': { told: { kind: 'budget', urgency: 'warning', to: ['finance', 'engineering-leads'] } },
  'samia-406': {
    told: { kind: 'security', urgency: 'critical', to: ['security', 'on-call'] },
    note: 'of policies that differ from guards, looked at once an hour',
  },
  'samia-409': { later: NIGHT, note: 'a watch whose cadence thins out; its checks run today, once a run' },
  'samia-414': { later: NIGHT, note: 'a watch whose cadence thins out; its checks run today, once a run' },
  'samia-419': {
    command: 'history --summary daily',
    note: 'cron mails it, and the hourly one; alerts go by `notify`',
  },
  'samia-424': { statement: 'first-week-is-signed' },
  'samia-431': {
    statement: 'final-decision-is-signed',
    note: 'the signatures of all sections are asked for in this phase as well',
  },
  'samia-444': { statement: 'go-is-decided', note: 'refused is NO-GO; name, time and rationale are kept' },
  'samia-454': { announce: 'success', note: 'by a template of your own, or with `--publish slack`' },
  'samia-455': { statement: 'dashboards-are-shared' },
  'samia-456': {
    command: 'baseline levels save',
    note: 'it prints and keeps the levels of the first 15 minutes',
  },
  'samia-457': { statement: 'incident-team-is-briefed' },
  'samia-458': {
    statement: 'end-of-freeze-is-arranged',
    note: 'before the decision, because it follows from it',
  },
  'samia-465': { statement: 'checklist-is-archived' },
};
