import type { Verdict } from '../../../contract/verdict/verdict.ts';
import { flat } from '../flat.ts';

/** The outputs of a step. GitHub drops one that holds a secret, so only `decision == 'GO'` may be asked for. */
export const GITHUB_OUTPUTS = ['decision', 'run', 'reason', 'expires-at'] as const;

const VALUES: Record<(typeof GITHUB_OUTPUTS)[number], (verdict: Verdict) => string> = {
  decision: ({ decision }) => decision,
  run: ({ run }) => run.id,
  reason: ({ reason }) => reason,
  'expires-at': ({ expiresAt }) => expiresAt,
};

/** Lines for $GITHUB_OUTPUT. A value stays on its line: what the target says must not become an output of its own. */
export function renderGithubOutputs(verdict: Verdict): string {
  return GITHUB_OUTPUTS.map((name) => `${name}=${flat(VALUES[name](verdict), 1000)}\n`).join('');
}
