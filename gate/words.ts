import type { GateState } from './answer.ts';

/** The word under `verdict` in JSON answers. None but `GO` and `NO_GO` may be taken for either. */
export const WORDS: Readonly<Record<GateState, string>> = {
  GO: 'GO',
  NO_GO: 'NO_GO',
  INCONCLUSIVE: 'INCONCLUSIVE',
  pending: 'PENDING',
  'unknown-subject': 'UNKNOWN_SUBJECT',
  expired: 'EXPIRED',
  'bad-question': 'BAD_QUESTION',
};
