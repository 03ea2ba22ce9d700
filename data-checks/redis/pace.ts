import type { Reply } from './reader.ts';

/** About as many bytes as one page of a big value may be. */
const PAGE_BYTES = 1024 * 1024;
const FIRST_ITEMS = 8;
const GROWTH = 8;

/** How many items the next page of one value asks for: as many as fit, judged by those that came before. */
export interface Pace {
  readonly items: number;
  /** Tells how many items came, and all that was read for them. */
  came(count: number, ...replies: readonly Reply[]): void;
}

/** Pages of at most so many items. Items can be of any size, so the first page is small and the next ones follow suit. */
export function paceOf(mostItems: number): Pace {
  let items = Math.min(FIRST_ITEMS, mostItems);
  return {
    get items() {
      return items;
    },
    came(count, ...replies) {
      if (count === 0) return;
      const fitting = Math.floor((count * PAGE_BYTES) / Math.max(1, ...replies.map(sizeOf)));
      items = Math.max(1, Math.min(fitting, items * GROWTH, mostItems));
    },
  };
}

/** Bytes of an answer, without what the protocol adds. */
export function sizeOf(reply: Reply): number {
  if (Buffer.isBuffer(reply)) return reply.length;
  if (!Array.isArray(reply)) return 8;
  return (reply as readonly Reply[]).reduce<number>((sum, one) => sum + sizeOf(one), 0);
}
