import { EXPIRY, type Examined, examineKey, type Sides } from './examine-key.ts';

export interface Suspect {
  readonly key: Buffer;
}

/** What is left of suspected keys after they were read again. */
export interface Settled {
  /** Keys that differ and stand still. */
  readonly different: readonly { readonly key: Buffer; readonly examined: Examined }[];
  /** Keys that differ and still change. */
  readonly moving: number;
  /** Keys of types that nobody can compare, by type. */
  readonly notComparable: ReadonlyMap<string, number>;
}

const AT_ONCE = 16;
/** Where a server tells a remaining time instead of a moment, the moment comes out a little different each time. */
const JITTER_MS = 250;

/**
 * Reads suspected keys again, `rounds` times with growing pauses, until they are equal or stand still: a difference
 * counts when two reads in a row find the very same one.
 * @throws Unavailable, RefusedByServer
 */
export async function settle(
  sides: Sides,
  suspects: readonly Suspect[],
  { rounds, firstPauseMs }: { readonly rounds: number; readonly firstPauseMs: number },
): Promise<Settled> {
  const notComparable = new Map<string, number>();
  let pending = suspects.map(({ key }) => ({ key, last: undefined as Examined | undefined, still: false }));
  // One read more than rounds: the first one only tells from where a key moves.
  for (let round = 0; round <= rounds && pending.length > 0; round += 1) {
    if (round > 0) await pause(firstPauseMs * 2 ** (round - 1));
    const left: typeof pending = [];
    await each(pending, async ({ key, last }) => {
      const examined = await examineKey(sides, key);
      if (examined.answer === 'same') return;
      if (examined.answer === 'not-comparable') {
        notComparable.set(examined.type, (notComparable.get(examined.type) ?? 0) + 1);
        return;
      }
      left.push({ key, last: examined, still: last !== undefined && unchanged(last, examined) });
    });
    pending = left;
  }
  return {
    different: pending.flatMap(({ key, last, still }) =>
      still && last !== undefined ? [{ key, examined: last }] : [],
    ),
    moving: pending.filter(({ still }) => !still).length,
    notComparable,
  };
}

function unchanged(before: Examined, now: Examined): boolean {
  // A key that new lacks, or holds otherwise, does so however often old puts off the moment at which it expires.
  const byExpiryAlone = now.answer === 'changed' && now.parts.every(({ name }) => name === EXPIRY);
  if (!byExpiryAlone) return before.state === now.state;
  return (
    before.state === now.state &&
    before.expires.every((moment, side) => {
      const other = now.expires[side] ?? Number.NaN;
      return moment < 0 || other < 0 ? moment === other : Math.abs(moment - other) <= JITTER_MS;
    })
  );
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  const loop = async (): Promise<void> => {
    for (let item = queue.next(); item.done !== true; item = queue.next()) await work(item.value);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, loop));
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
