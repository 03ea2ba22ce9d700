import type { CannotTell } from '../cannot-tell.ts';
import type { Finding } from './finding.ts';

/**
 * The finding of a check that could not be asked. Pure.
 * @param saw what is known besides; its `summary` and `cause` say more than the error's own words
 */
export function unknownFinding(
  check: string,
  { word, message, remedy }: Pick<CannotTell, 'word' | 'message' | 'remedy'>,
  saw: Partial<Pick<Finding, 'summary' | 'cause' | 'sampleSize' | 'detail'>> = {},
): Finding {
  return {
    check,
    outcome: 'unknown',
    summary: message || 'it ended without a reason',
    cause: word,
    ...(remedy !== undefined && { remedy }),
    sampleSize: 0,
    ...saw,
  };
}
