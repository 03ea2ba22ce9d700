/** What a test file starts for itself, and ends by one of these. */
interface Started {
  readonly stop?: () => Promise<unknown>;
  readonly close?: () => Promise<unknown> | void;
}

/**
 * Waits for several servers of one file. Where one of them does not start, the others are ended before the file fails:
 * its `afterAll` knows none of them then, and what runs on would outlive the suite.
 * @throws what kept the first one from starting
 */
export async function allStarted<T extends readonly unknown[] | []>(
  starting: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(starting);
  if (settled.some(({ status }) => status === 'rejected')) {
    for (const one of settled) {
      const started = one.status === 'fulfilled' ? (one.value as Started | undefined) : undefined;
      await (started?.stop ?? started?.close)?.call(started);
    }
  }
  return Promise.all(starting);
}
