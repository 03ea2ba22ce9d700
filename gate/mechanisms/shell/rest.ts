import { type Dialect, json, type Statuses } from '../../response.ts';
import { WORDS } from '../../words.ts';

/** 2xx for GO alone, so that `curl --fail` is enough; the others differ so that a program can tell them apart. */
const STATUSES: Statuses = {
  GO: 200,
  NO_GO: 412,
  INCONCLUSIVE: 424,
  pending: 409,
  'unknown-subject': 404,
  expired: 410,
  'bad-question': 400,
};

/** `GET /v1/verdict`. */
export const rest: Dialect = ({ state, reason, run, decidedAt, expiresAt, report }) =>
  json(STATUSES[state], { verdict: WORDS[state], reason, run, decidedAt, expiresAt, report });
