import { type Dialect, sentence, type Statuses, text } from '../../response.ts';

/**
 * 412 and not 5xx or 429: Flagger repeats those and drops the body, so that nobody would read the reason. Only 200,
 * 201 and 202 advance.
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

/** Flagger `pre-rollout` and `rollout`: every refusal counts as a failed check. */
export const flaggerHalt: Dialect = (answer) => text(STATUSES[answer.state], sentence(answer));
