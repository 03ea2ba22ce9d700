import type { EventId } from '../contract/events/table.ts';
import type { Statement } from '../contract/flow/statement.ts';
import { CannotTell } from './cannot-tell.ts';

/**
 * Doubts about all that a probe saw: somebody between us and the target answers in its place, so that other answers may be
 * theirs as well, or our own clock is wrong, by which more than one thing was judged.
 */
const ABOUT_ALL: ReadonlySet<string> = new Set<EventId>([
  'challenge-page',
  'captive-portal',
  'own-proxy',
  'own-clock',
]);

/** Keeps what single questions of a probe could not tell: that hides no fault that another one shows. */
export class Doubts {
  readonly #all: CannotTell[] = [];

  /** Asks one question; that it cannot be told is kept. @returns undefined then */
  async try<T>(question: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof CannotTell)) throw error;
      this.#all.push(error);
      return undefined;
    }
  }

  /** @throws CannotTell for a question that could not be told, unless something does not hold */
  raise(statements: readonly Statement[]): void {
    const aboutAll = this.#all.find(({ word }) => ABOUT_ALL.has(word));
    if (aboutAll !== undefined) throw aboutAll;
    const [first] = this.#all;
    if (first !== undefined && statements.every(({ ok }) => ok)) throw first;
  }
}
