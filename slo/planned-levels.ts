import { GreenlightError } from '../contract/errors.ts';
import type { PlannedCheck } from '../contract/plan/checks.ts';
import type { Phase } from '../contract/evidence/outcome.ts';
import { plannedIn } from '../contract/plan/planned-in.ts';
import type { Plan } from '../contract/plan/plan.ts';
import type { Policy } from '../contract/verdict/policy.ts';
import type { Slo, SloObjective } from '../contract/slo/slo.ts';
import { alertWeight } from './alert-weight.ts';
import type { RuleFile } from './prometheus-rule.ts';
import { prometheusRules } from './prometheus-rules.ts';

/** A service level, and what the plan says of it in a phase. */
export interface PlannedLevel {
  readonly objective: SloObjective;
  readonly check: PlannedCheck;
  readonly policy: Policy;
}

/** The rules of the levels of a phase, or of all, by what the plan says of them there. @throws GreenlightError NO_LEVELS or NOTHING_PLANNED */
export function rulesOf(plan: Plan, phase: Phase | undefined): RuleFile {
  const levels = plannedLevels(plan, phase);
  const weights = new Map(levels.map((level) => [level.check.id, alertWeight(level)]));
  return prometheusRules(
    { ...sloOf(plan), objectives: levels.map(({ objective }) => objective) },
    plan.target.name,
    (id) => weights.get(id) ?? { advisory: false },
  );
}

/** The service levels of a plan. @throws GreenlightError NO_LEVELS when it has none */
export function sloOf(plan: Plan): Slo {
  if (plan.slo !== undefined) return plan.slo;
  throw new GreenlightError('NO_LEVELS', 'the plan has no service levels');
}

/**
 * The levels of a phase as its run plans them; all of them where none is named, each in the phase that `run` has unless
 * told otherwise, or else in its first.
 * @throws GreenlightError NOTHING_PLANNED when the phase has none
 */
export function plannedLevels(plan: Plan, phase: Phase | undefined): readonly PlannedLevel[] {
  const objectives = sloOf(plan).objectives.filter(
    ({ phases }) => phase === undefined || phases.includes(phase),
  );
  if (objectives.length === 0) {
    throw new GreenlightError(
      'NOTHING_PLANNED',
      `the plan has no service level for the phase ${phase ?? ''}`,
    );
  }
  return objectives.map((objective) => ({ objective, ...plannedIn(plan, objective, phase) }));
}
