/** What a `CannotTell` knows besides its words. */
export interface CannotTellOptions extends ErrorOptions {
  readonly remedy?: string | undefined;
  /** Lines that a program of ours printed before, without secrets. */
  readonly output?: readonly string[] | undefined;
}

/**
 * Thrown where something on our side keeps us from knowing: a broken port, a throw in a user's function, a missing
 * browser, replication that has not caught up. It becomes a finding with outcome `unknown`, never `fail`.
 */
export class CannotTell extends Error {
  override readonly name: string = 'CannotTell';
  /** Stable word for the kind of cause: `port-unavailable`, `flow-threw`, `browser-missing`. */
  readonly word: string;
  readonly remedy: string | undefined;
  readonly output: readonly string[] | undefined;
  constructor(word: string, message: string, { remedy, output, ...options }: CannotTellOptions = {}) {
    super(message, options);
    this.word = word;
    this.remedy = remedy;
    this.output = output;
  }
}

/**
 * What has to be asked (a database, a server, a store of metrics) gave no answer that can be used. Whether that is the
 * target's fault, nobody can say here.
 */
export class Unavailable extends CannotTell {
  override readonly name: string = 'Unavailable';
  /** Which of two that are compared it was. */
  readonly side: 'old' | 'new' | undefined;
  /** @param remedy what to do, in the imperative */
  constructor(
    message: string,
    remedy?: string,
    { side, ...options }: ErrorOptions & { readonly side?: 'old' | 'new' } = {},
  ) {
    super('port-unavailable', message, { ...options, remedy });
    this.side = side;
  }
}

/** One of two that are compared can't be asked (any more), with the words of what it threw. */
export function sideUnavailable(side: 'old' | 'new', cause: unknown): Unavailable {
  return new Unavailable(cause instanceof Error ? cause.message || cause.name : String(cause), undefined, {
    cause,
    side,
  });
}

/** What to do about an error of ours, where it says so. */
export function remedyOf(error: unknown): string | undefined {
  if (error instanceof CannotTell) return error.remedy;
  const hint = (error as { readonly hint?: unknown } | null | undefined)?.hint;
  return typeof hint === 'string' ? hint : undefined;
}
