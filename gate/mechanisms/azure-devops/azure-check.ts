import { type Dialect, json, type Statuses } from '../../response.ts';
import { WORDS } from '../../words.ts';

/**
 * 200 for GO alone: a check without success criteria passes on any 200, and forgetting them is easy. With the
 * criteria `eq(root['verdict'], 'GO')` both have to hold.
 */
const STATUSES: Statuses = {
  GO: 200,
  NO_GO: 412,
  INCONCLUSIVE: 412,
  pending: 412,
  'unknown-subject': 412,
  expired: 412,
  'bad-question': 412,
};

/** Azure DevOps "Invoke REST API" check, completion event ApiResponse. */
export const azureCheck: Dialect = ({ state, reason, run, expiresAt, report }) =>
  json(STATUSES[state], { verdict: WORDS[state], reason, run, expiresAt, report });
