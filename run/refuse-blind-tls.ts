import { GreenlightError } from '../contract/errors.ts';
import type { Plan } from '../contract/plan/plan.ts';

/**
 * Refuses to look with closed eyes: with this variable Node accepts every certificate, so a target that no customer's
 * browser trusts would pass.
 * @throws GreenlightError TLS_UNCHECKED
 */
export function refuseBlindTls({ target }: Plan, env: NodeJS.ProcessEnv): void {
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return;
  if (!Object.values(target.urls).some((url) => /^https:/i.test(url))) return;
  throw new GreenlightError(
    'TLS_UNCHECKED',
    'NODE_TLS_REJECT_UNAUTHORIZED=0 switches the check of certificates off, and the target is reached over https',
  );
}
