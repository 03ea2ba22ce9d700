import { withoutColours } from './words.ts';

/**
 * Thrown where something on our side keeps us from knowing: a broken port, a throw in a user's function, a missing
 * browser. It becomes a finding with outcome `unknown`, never `fail`.
 */
export class CannotTell extends Error {
  override readonly name = 'CannotTell';
  /** Stable word for the kind of cause: `port-unavailable`, `flow-threw`, `browser-missing`. */
  readonly word: string;
  readonly remedy: string | undefined;
  /** Lines that a program of ours printed before, without secrets. */
  readonly output: readonly string[] | undefined;
  constructor(
    word: string,
    message: string,
    options: ErrorOptions & { readonly remedy?: string; readonly output?: readonly string[] } = {},
  ) {
    super(message, options);
    this.word = word;
    this.remedy = options.remedy;
    this.output = options.output;
  }
}

/** The first line of an error, without colours: what follows is a call log that may hold headers and values. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (withoutColours(text).trim().split('\n')[0] ?? '').trim();
}
