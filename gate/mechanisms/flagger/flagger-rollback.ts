import { type Dialect, sentence, type Statuses, text } from '../../response.ts';

/** The wrong way round on purpose: here 2xx means "roll back", and only a NO_GO may say that. */
const STATUSES: Statuses = {
  GO: 412,
  NO_GO: 200,
  INCONCLUSIVE: 412,
  pending: 412,
  'unknown-subject': 412,
  expired: 412,
  'bad-question': 412,
};

/** Flagger `rollback`. */
export const flaggerRollback: Dialect = (answer) => text(STATUSES[answer.state], sentence(answer));
