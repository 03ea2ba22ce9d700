import { CannotTell, remedyOf } from '../contract/cannot-tell.ts';
import { withoutColours } from './words.ts';

export { CannotTell };

/** Any error as one that keeps us from knowing: one that nobody foresaw is a fault of the harness. */
export function toCannotTell(error: unknown): CannotTell {
  if (error instanceof CannotTell) return error;
  return new CannotTell('harness', firstLine(error), { cause: error, remedy: remedyOf(error) });
}

/** The first line of an error, without colours: what follows is a call log that may hold headers and values. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (withoutColours(text).trim().split('\n')[0] ?? '').trim();
}
