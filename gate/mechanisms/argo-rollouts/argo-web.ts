import { type Dialect, json, type Statuses } from '../../response.ts';
import { WORDS } from '../../words.ts';

/**
 * Always 200 with one JSON object. Argo Rollouts discards the body of anything else and counts an error, and until
 * 1.9.1 it takes a 2xx whose body is not exactly one JSON document for a success.
 */
const STATUSES: Statuses = {
  GO: 200,
  NO_GO: 200,
  INCONCLUSIVE: 200,
  pending: 200,
  'unknown-subject': 200,
  expired: 200,
  'bad-question': 200,
};

/** Argo Rollouts, provider `web`. The object is what Argo stores as the measurement, so it is small. */
export const argoWeb: Dialect = (answer) =>
  json(STATUSES[answer.state], {
    verdict: WORDS[answer.state],
    reason: answer.reason,
    ...(answer.run === null
      ? {}
      : { run: answer.run, decidedAt: answer.decidedAt, expiresAt: answer.expiresAt }),
    ...(answer.report === null ? {} : { report: answer.report }),
  });
