import type { Verdict } from '../../contract/verdict/verdict.ts';
import { flat } from './flat.ts';

/**
 * `artifacts:reports:dotenv` for later jobs. GitLab takes 5 KB and no line break, quote or comment, and the last of
 * two equal names; so few, short and known values only.
 */
export function renderGitlabDotenv({ decision, run, expiresAt }: Verdict): string {
  const values = {
    GREENLIGHT_DECISION: decision,
    // Not GREENLIGHT_RUN: with that one a later job that starts Playwright by hand would be told of a run file.
    GREENLIGHT_VERDICT_RUN: run.id,
    GREENLIGHT_NONCE: run.nonce,
    GREENLIGHT_EXPIRES_AT: expiresAt,
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${flat(value, 200).replace(/\s/g, '_')}\n`)
    .join('');
}
