import { type Dialect, sentence, type Statuses, text } from '../../response.ts';

const STATUSES: Statuses = {
  GO: 200,
  NO_GO: 403,
  INCONCLUSIVE: 403,
  pending: 403,
  'unknown-subject': 403,
  expired: 403,
  'bad-question': 403,
};

/**
 * Flagger `confirm-rollout`, `confirm-promotion` and `confirm-traffic-increase`: anything but GO means "wait". These
 * hooks never fail a canary, so a NO_GO needs the `rollback` hook beside them.
 */
export const flaggerWait: Dialect = (answer) => text(STATUSES[answer.state], sentence(answer));
