/** What a plan imports: `import { defineConfig, flow, secret, equal } from 'greenlight'`. Portable: no Node API. */
export { defineConfig, type Plan, type PlanInput } from './plan/plan.ts';
export {
  flow,
  type Answer,
  type Captured,
  type CreatedRecord,
  type DataRow,
  type Flow,
  type FlowContext,
  type FlowOptions,
} from './flow/flow.ts';
export type { Poll } from './flow/poll.ts';
export { elasticsearchHits, grafanaAlerts, lokiLines, sentryIssues } from './plan/probes/query-presets.ts';
export { secret, type SecretRef } from './plan/secret.ts';
export { atLeast, atMost, equal, holds, type Statement } from './flow/statement.ts';
export type { RequestSpec, ResponseView } from './flow/http.ts';
export { checksOf, type PlannedCheck } from './plan/checks.ts';
export type { Decision, Outcome, Phase, Severity } from './evidence/outcome.ts';
export type { Finding } from './evidence/finding.ts';
export type { Policy } from './verdict/policy.ts';
export type { Verdict } from './verdict/verdict.ts';
export type { Evidence } from './evidence/evidence.ts';
export type { Mail, MailQuery } from './ports/mailbox.ts';
export type { PaymentObject, PaymentQuery } from './ports/payments.ts';
export type { CountAnswer, CountQuery, RecordsAnswer, RecordsQuery, RecordsReader } from './ports/records.ts';
export type { ReceivedWebhook, WebhookSinkQuery } from './ports/webhook-sink.ts';
export { PortUnavailable } from './ports/observe.ts';
export { EXIT } from './exit-codes.ts';
