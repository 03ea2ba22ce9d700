/** What a plan imports: `import { defineConfig, flow, secret, equal } from 'greenlight'`. Portable: no Node API. */
export { defineConfig, type Plan, type PlanInput } from './plan.ts';
export {
  flow,
  type Answer,
  type Captured,
  type CreatedRecord,
  type DataRow,
  type Flow,
  type FlowContext,
  type FlowOptions,
} from './flow.ts';
export { secret, type SecretRef } from './secret.ts';
export { atLeast, atMost, equal, holds, type Statement } from './statement.ts';
export type { RequestSpec, ResponseView } from './http.ts';
export { checksOf, type PlannedCheck } from './checks.ts';
export type { Decision, Outcome, Phase, Severity } from './outcome.ts';
export type { Finding } from './finding.ts';
export type { Policy } from './policy.ts';
export type { Verdict } from './verdict.ts';
export type { Evidence } from './evidence.ts';
export type { Mail, MailQuery } from './ports/mailbox.ts';
export type { PaymentObject, PaymentQuery } from './ports/payments.ts';
export type { CountAnswer, CountQuery, RecordsAnswer, RecordsQuery, RecordsReader } from './ports/records.ts';
export { PortUnavailable } from './ports/observe.ts';
export { EXIT } from './exit-codes.ts';
