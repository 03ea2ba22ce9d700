import { type Asked, questionOfQuery } from './question.ts';
import type { Dialect } from './response.ts';

/** A question as it came in, and the token of a consumer that can send no headers. */
export interface HeardQuestion {
  readonly asked: Asked;
  readonly token: string | undefined;
}

/** Finds the question in a request: in the query of its address, or in its body. Never throws. */
export type ReadQuestion = (query: string, body: string) => HeardQuestion;

/** The question stands in the URL, the token in a header. */
export const inQuery: ReadQuestion = (query) => ({
  asked: questionOfQuery(new URLSearchParams(query)),
  token: undefined,
});

/**
 * One address of the gate. One per consumer and hook: they need opposite statuses for the same answer, so none may be
 * wired to a neighbour's.
 */
export interface Route {
  readonly path: string;
  readonly methods: readonly string[];
  readonly question: ReadQuestion;
  readonly dialect: Dialect;
}
