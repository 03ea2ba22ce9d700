import type { PlannedCheck } from '../contract/plan/checks.ts';
import type { Policy } from '../contract/verdict/policy.ts';
import type { PrometheusRule } from './prometheus-rule.ts';

/** What the plan says of a level: an advisory one decides nothing, a waiver takes a breach out until its last day. */
export interface AlertWeight {
  readonly advisory: boolean;
  /** Last day of the waiver, `YYYY-MM-DD` in UTC. */
  readonly waivedUntil?: string;
}

/** The weight that a run would give to a level. */
export function alertWeight({
  check,
  policy,
}: {
  readonly check: PlannedCheck;
  readonly policy: Policy;
}): AlertWeight {
  const ends = policy.waivers.filter((waiver) => waiver.check === check.id).map(({ until }) => until);
  // Dates of this form sort as text; one waiver that still counts is enough.
  const waivedUntil = ends.sort().at(-1);
  return {
    advisory: check.severity === 'advisory',
    ...(waivedUntil === undefined ? {} : { waivedUntil }),
  };
}

type Alert = Extract<PrometheusRule, { alert: string }>;

/**
 * The alerts of a level by its weight: what would not stop a run is a `warning`, and says so in the label `demoted`. The
 * end of a waiver stands in the expression, since nobody exports the rules anew on that day. Pure.
 */
export function weighed(rule: PrometheusRule, { advisory, waivedUntil }: AlertWeight): PrometheusRule[] {
  if (!('alert' in rule)) return [rule];
  const demoted = (why: string, alert: Alert): Alert => ({
    ...alert,
    labels: { ...alert.labels, severity: 'warning', demoted: why },
  });
  const { severity } = rule.labels;
  if (advisory) return [severity === 'warning' ? rule : demoted('advisory', rule)];
  // A waiver accepts a breach that was seen; it never stands in for what nobody could tell.
  if (waivedUntil === undefined || severity !== 'critical') return [rule];
  const end = Math.floor(Date.parse(`${waivedUntil}T23:59:59.999Z`) / 1000);
  const when = (relation: '>' | '<=', alert: Alert): Alert => ({
    ...alert,
    expr: `(${alert.expr}) and on () (vector(time()) ${relation} ${end})`,
  });
  return [when('>', rule), demoted('waived', when('<=', rule))];
}
