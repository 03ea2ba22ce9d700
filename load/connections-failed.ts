import type { ControlAnswer } from '../contract/events/situation.ts';
import { meaningOf } from '../contract/events/table.ts';
import type { Finding } from '../contract/evidence/finding.ts';
import type { LoadResult } from '../contract/load/load-result.ts';

/**
 * What is said where connections failed, and nothing but connections, and nothing shows that the target refused them: a
 * generator has limits of its own.
 * @param limit share of failed requests that the profile accepts
 */
export function connectionsFailed(
  { errors, requests }: LoadResult,
  limit: number,
  control: ControlAnswer,
): Pick<Finding, 'outcome' | 'cause' | 'summary' | 'measured' | 'remedy'> | undefined {
  const { outcome, remedy } = meaningOf('reset', 'load', control);
  const { connection, timeout } = errors;
  if (outcome === 'fail' || connection / requests <= limit || timeout / requests > limit) return undefined;
  return {
    outcome,
    cause: 'connections-failed',
    summary: `${connection} of ${requests} connections failed, and nothing shows whether the target refused them or this machine could not make them`,
    measured: connection,
    remedy,
  };
}
