import type { StateResult } from '../../data-checks/postgres/state/state.ts';
import { statePart } from '../../data-checks/suggest/render-suggestions.ts';
import { suggestState } from '../../data-checks/suggest/suggest-state.ts';
import type { SuggestedPlan } from './suggest-diff.ts';

/** What to say in a plan about everything that is not rows. */
export function suggestedAfterState(results: readonly StateResult[]): SuggestedPlan {
  const suggestions = suggestState(results);
  const good = results.filter(({ answer }) => answer === 'holds').length;
  const chosen = results.map(({ check }) => check);
  const head =
    `From \`greenlight data state\`: ${good} of ${results.length} checks hold. Everything else blocks GO until it is ` +
    `put right or accepted. \`severity: { '${chosen[0] ?? 'statistics-are-there'}': 'advisory' }\` would show a check without deciding by it.`;
  return { suggestions, plan: statePart(suggestions, head).join('\n') };
}
