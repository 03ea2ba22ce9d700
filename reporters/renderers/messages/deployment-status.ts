import type { Decision } from '../../../contract/evidence/outcome.ts';
import type { Verdict } from '../../../contract/verdict/verdict.ts';
import { flat } from '../flat.ts';
import { DECISION_WORDS } from '../words.ts';

/** `error` and not `failure` for what nobody could tell: people read the two differently. */
const STATES: Record<Decision, 'success' | 'failure' | 'error'> = {
  GO: 'success',
  NO_GO: 'failure',
  INCONCLUSIVE: 'error',
};

/** GitHub refuses a longer one. */
const MOST_DESCRIPTION = 140;

/** Body for a status of a deployment on GitHub. */
export function renderDeploymentStatus(verdict: Verdict, report: string | undefined): string {
  return JSON.stringify({
    state: STATES[verdict.decision],
    description: flat(`${DECISION_WORDS[verdict.decision]}: ${verdict.reason}`, MOST_DESCRIPTION),
    ...(report === undefined ? {} : { log_url: report }),
    // By default a success would mark the deployments before it as inactive; that is for whoever deploys.
    auto_inactive: false,
  });
}
