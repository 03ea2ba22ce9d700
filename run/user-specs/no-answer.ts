import type { Attempt } from '../../contract/evidence/evidence.ts';

/** Whether a test met a target that did not answer: then it matters whether our own network works. */
export function hasNoAnswer(attempt: Pick<Attempt, 'errors'> | undefined): boolean {
  return attempt?.errors.some(({ kind }) => kind === 'connection') === true;
}
