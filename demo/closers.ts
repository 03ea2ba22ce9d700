/** What has to be undone, in the order opposite to that in which it was done. */
export interface Closers {
  /** Everything of one call of `add` is closed at once, before what was added earlier. */
  add(...actions: readonly (() => Promise<void>)[]): void;
  /** Runs all actions, even when some fail; repeated calls share one run. @throws AggregateError */
  close(): Promise<void>;
}

/** Creates an empty stack of closers. */
export function createClosers(): Closers {
  const layers: (readonly (() => Promise<void>)[])[] = [];
  let closing: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    const errors: unknown[] = [];
    for (let layer = layers.pop(); layer !== undefined; layer = layers.pop()) {
      const ends = await Promise.allSettled(layer.map((action) => action()));
      errors.push(...ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : [])));
    }
    if (errors.length > 0)
      throw new AggregateError(errors, `closing the demo: ${errors.map(String).join('; ')}`);
  };
  return {
    add: (...actions) => void layers.push(actions),
    close: () => (closing ??= run()),
  };
}

/** Waits for all, also when one fails, so that nothing is still starting while the rest is taken down. */
export async function allOrNothing<T extends readonly Promise<unknown>[] | []>(
  started: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(started);
  return Promise.all(started);
}
