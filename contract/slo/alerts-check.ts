import { z } from 'zod';
import { CheckId } from '../plan/check-id.ts';
import { checkOptions } from '../plan/check-options.ts';
import { SecretString } from '../plan/secret.ts';
import { Phase } from '../evidence/outcome.ts';
import { StoreAddress } from './metrics-source.ts';

const Labels = z.record(
  z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'must be the name of a label'),
  z.string(),
);

/** A rule that must be there. */
const AlertRule = z.strictObject({
  /** Its name: the label `alertname`. */
  alert: z.string().min(1),
  /** The label `severity` that it must set. */
  severity: z.string().min(1),
  /** Further labels that the rule must set; they also tell rules of one name apart. */
  labels: Labels.default({}),
  /** For how long its expression must hold before it fires, in seconds; not compared where it is not said. */
  forS: z.number().nonnegative().optional(),
  /** The receivers of Alertmanager that must be told, all of them and no other: `slack`, `pagerduty`. */
  receivers: z.array(z.string().min(1)).min(1).optional(),
  /** Labels that its series will have, where routes ask for them; an empty text means that they will not. */
  seriesLabels: Labels.default({}),
  /** It must have been firing within so many seconds before now: under the load of this plan, or in a rehearsal. */
  firedWithinS: z
    .number()
    .int()
    .positive()
    .max(30 * 24 * 3600)
    .optional(),
});
export type AlertRule = z.infer<typeof AlertRule>;

/** Whether the rules of a plan are loaded, routed and shown to fire. */
export const AlertsCheck = z.strictObject({
  id: CheckId,
  /** The statement in words, as reports show it. */
  title: z.string().min(1),
  /** Phases in which it is asked. */
  phases: z.array(Phase).min(1).default(['post-cutover']),
  ...checkOptions,
  /** A Prometheus in `metrics.sources`; need not be said where there is one, or where `slo.source` is one. */
  source: z.string().min(1).optional(),
  /** Where Prometheus sends its alerts; needed for receivers and for a test alert. */
  alertmanager: z
    .strictObject({
      /** Base address, to which `/api/v2` is added. */
      url: StoreAddress,
      /** Sent with every question, such as `authorization`. */
      headers: z.record(z.string(), SecretString).default({}),
    })
    .optional(),
  /** The rules, one by one. */
  rules: z.array(AlertRule).default([]),
  /** Also those that `greenlight slo export --prometheus` writes for the service levels of this plan. */
  exported: z.boolean().default(false),
  /**
   * Sends a test alert for each severity of `rules`, and waits for it as a receiver. Whoever it is routed to hears of it, a
   * pager too: it carries the label `greenlight_test`, by which a route can keep it from them.
   */
  testAlert: z
    .strictObject({
      /** The address at which a `webhook_config` of Alertmanager reaches this machine. */
      listen: z
        .string()
        .regex(/^\[?[\w.:-]+\]?:\d{1,5}$/, 'must be host:port of this machine, such as 10.0.0.7:9095'),
      /** The receiver whose webhook we are. */
      receiver: z.string().min(1),
      /** How long to wait for each, in seconds: longer than `group_wait` of its route. */
      waitS: z.number().positive().max(600).default(60),
    })
    .optional(),
});
export type AlertsCheck = z.infer<typeof AlertsCheck>;
