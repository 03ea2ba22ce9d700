import { checksOf, type PlannedCheck } from './checks.ts';
import { GreenlightError } from '../errors.ts';
import type { Phase } from '../evidence/outcome.ts';
import { mergePolicy, type Policy } from '../verdict/policy.ts';
import type { Plan } from './plan.ts';

/** The phase that counts where nobody names one: that of `greenlight run`, or else the first in which it is asked. */
export function phaseOf({ phases }: { readonly phases: readonly Phase[] }, named?: Phase): Phase {
  return named ?? (phases.includes('post-cutover') ? 'post-cutover' : (phases[0] ?? 'post-cutover'));
}

/**
 * One check of the plan as a run of that phase would plan and weigh it.
 * @throws GreenlightError NOTHING_PLANNED when the phase has no such check
 */
export function plannedIn(
  plan: Plan,
  item: { readonly id: string; readonly phases: readonly Phase[] },
  named?: Phase,
): { readonly check: PlannedCheck; readonly policy: Policy } {
  const phase = phaseOf(item, named);
  const check = checksOf(plan, phase).find(({ id }) => id === item.id);
  if (check !== undefined) return { check, policy: mergePolicy(plan.policy, phase) };
  throw new GreenlightError('NOTHING_PLANNED', `the plan does not ask for ${item.id} in the phase ${phase}`, {
    hint: `Its phases are: ${item.phases.join(', ') || 'none'}.`,
  });
}
