import type { Phase } from '../evidence/outcome.ts';
import { URGENCY_OF } from '../notify/level.ts';
import { BLIND_KIND } from '../notify/notify.ts';
import { incidentRulesOf, type IncidentRules, type WatchedCheck } from '../notify/watched-checks.ts';
import type { Plan } from '../plan/plan.ts';
import { labelValue } from './exposition.ts';

/** One alerting rule as Prometheus reads it from a file. */
export interface RunRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface RunRuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly RunRule[] }[];
}

/** Two intervals and a minute: one run may be late, two may not. */
const LATE_INTERVALS = 2;
const SLACK_S = 60;

/**
 * Alerting rules of Prometheus for the runs of one phase: a check is broken, we are blind, nobody looks at all. They say
 * the same as `notify` does, by another way, and the last of them is the one that `notify` can never say. Pure.
 * @param intervalS how often the schedule starts a run, in seconds
 */
export function runRulesOf(plan: Plan, phase: Phase, intervalS: number): RunRuleFile {
  const rules = incidentRulesOf(plan, phase, intervalS * 1000);
  const of = `target="${labelValue(rules.target)}",phase="${phase}"`;
  const broken = rules.checks.map((check) => brokenRule(check, rules, of, intervalS));
  return {
    groups: [
      {
        name: `greenlight-${phase}-${rules.target}`,
        rules: [...broken, blindRule(rules, of, intervalS), ...absenceRules(rules, of, intervalS)],
      },
    ],
  };
}

function brokenRule(check: WatchedCheck, rules: IncidentRules, of: string, intervalS: number): RunRule {
  const { id, title, level, kind, open, runbook, owner, nextStep } = check;
  const { locations } = rules;
  const failing = `greenlight_check_outcome{${of},check="${id}",outcome="fail"}`;
  // Between two runs a series stays as it is: k of n runs are k of n intervals.
  const often = `max_over_time(${failing}[${intervalS}s])`;
  const where = `avg_over_time(${failing}[${open.of * intervalS}s]) >= ${share(open.failed, open.of)} and ${often} == 1`;
  return {
    alert: 'GreenlightCheckBroken',
    expr: `count by (target, phase, check) (${where}) >= ${locations?.broken ?? 1}`,
    for: '0s',
    labels: { severity: URGENCY_OF[level], level, kind },
    annotations: {
      summary: `${literal(rules.target)}: ${id} is broken`,
      description: `${literal(title)}: ${open.failed} of the last ${open.of} runs saw it fail.`,
      ...(runbook !== undefined && { runbook_url: literal(runbook) }),
      ...(owner !== undefined && { owner: literal(owner) }),
      ...(nextStep !== undefined && { next_step: literal(nextStep) }),
    },
  };
}

/** Scrapes do not fall on the edges of runs: the last of the failures counts from the middle of its interval. */
function share(failed: number, of: number): string {
  return String(Number(((failed - 0.5) / of).toFixed(3)));
}

function blindRule(
  { target, blindAfter, blindLevel }: IncidentRules,
  of: string,
  intervalS: number,
): RunRule {
  return {
    alert: 'GreenlightBlind',
    expr: `count by (target, phase, location) (greenlight_check_outcome{${of},outcome=~"unknown|not-run"} == 1) > 0`,
    for: `${Math.max(0, blindAfter - 1) * intervalS}s`,
    labels: { severity: URGENCY_OF[blindLevel], level: blindLevel, kind: BLIND_KIND },
    annotations: {
      summary: `${literal(target)} cannot be seen from {{ $labels.location }}`,
      description: `{{ $value }} checks could not be told for ${blindAfter} runs: look at the network, credentials and limits of the machine that runs them.`,
    },
  };
}

function absenceRules(
  { target, locations, blindLevel }: IncidentRules,
  of: string,
  intervalS: number,
): readonly RunRule[] {
  const most = LATE_INTERVALS * intervalS + SLACK_S;
  const places = locations?.of.map((place) => `${of},location="${labelValue(place)}"`) ?? [of];
  return places.map((place, index): RunRule => {
    const newest = `greenlight_run_timestamp_seconds{${place}}`;
    const from = locations === undefined ? '' : ` from ${locations.of[index] ?? ''}`;
    return {
      alert: 'GreenlightNobodyLooks',
      // Without max(), what is absent would have other labels than what is late, and be another alert.
      expr: `max(absent(${newest})) or (time() - max(${newest}) > ${most})`,
      for: `${SLACK_S}s`,
      labels: {
        severity: URGENCY_OF[blindLevel],
        level: blindLevel,
        kind: BLIND_KIND,
        target: literal(target),
      },
      annotations: {
        summary: `nobody looks at ${literal(target)}${from}`,
        description: `No run has ended for more than ${most} s, or none is known: is the schedule on, and does its machine run?`,
      },
    };
  });
}

/** Text of the plan in a label or annotation: both are templates of Go, and braces would be read as code. */
function literal(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}');
}
