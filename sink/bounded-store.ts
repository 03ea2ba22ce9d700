export interface StoreLimits {
  readonly count: number;
  /** Of what is stored, as it came over the wire. */
  readonly bytes: number;
}

export interface StoreCounts {
  readonly received: number;
  readonly stored: number;
  /** How many had to make room, or could not be taken in at all. */
  readonly dropped: number;
  /** For how long, in milliseconds, everything that came is still here. */
  readonly completeForMs: number;
}

/**
 * Holds the newest of what came, within its limits: a load run that registers thousands must not eat the machine. It
 * knows since when nothing is missing, because who looks for something that was dropped must not take it for never sent.
 */
export interface BoundedStore<T> {
  add(item: T, bytes: number): void;
  /** Something came, and could not be taken in. */
  missed(): void;
  newestFirst(): readonly T[];
  clear(): void;
  /** Forgets what its reader is done with: that is not missing afterwards. Returns how many. */
  remove(which: (item: T) => boolean): number;
  counts(): StoreCounts;
}

/** @param now milliseconds of a clock that nobody sets back */
export function createBoundedStore<T>(
  limits: StoreLimits,
  now: () => number = () => performance.now(),
): BoundedStore<T> {
  let stored: { readonly item: T; readonly bytes: number; readonly at: number }[] = [];
  let bytes = 0;
  let received = 0;
  let dropped = 0;
  // What came before this process did is unknown.
  let completeSince = now();
  return {
    add(item, size) {
      received += 1;
      stored.push({ item, bytes: size, at: now() });
      bytes += size;
      // The newest always stays, however big it is: it is the one somebody waits for.
      while (stored.length > 1 && (stored.length > limits.count || bytes > limits.bytes)) {
        const oldest = stored.shift();
        bytes -= oldest?.bytes ?? 0;
        dropped += 1;
        completeSince = Math.max(completeSince, oldest?.at ?? now());
      }
    },
    missed() {
      received += 1;
      dropped += 1;
      completeSince = now();
    },
    newestFirst: () => stored.map(({ item }) => item).reverse(),
    clear() {
      stored = [];
      bytes = 0;
      completeSince = now();
    },
    remove(which) {
      const before = stored.length;
      stored = stored.filter(({ item }) => !which(item));
      bytes = stored.reduce((sum, entry) => sum + entry.bytes, 0);
      return before - stored.length;
    },
    counts: () => ({
      received,
      stored: stored.length,
      dropped,
      completeForMs: Math.max(0, Math.floor(now() - completeSince)),
    }),
  };
}
