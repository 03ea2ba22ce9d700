import { type Hashing, rangeKey, sideSql } from './hashing.ts';
import type { Pairing } from './pairing.ts';
import type { Segment, Share } from './segment.ts';
import type { Side } from './side.ts';

/** Smaller tables are not cut. */
const UNCUT_ROWS = 100_000;
const HASHES = 65_536;

/** The share of a segment in a table: each row of either side is in exactly one, whoever works it out and when. */
export async function shareOf(
  pairing: Pairing,
  segment: Segment,
  sides: readonly [Side, Side],
  hashing: Hashing,
): Promise<{ readonly share: Share; readonly conditions: readonly [string, string] | undefined }> {
  const { index, of } = segment;
  if (Math.max(pairing.old.estimatedRows, pairing.new.estimatedRows) < UNCUT_ROWS) {
    return {
      share: { kind: place(pairing.old.shown) % of === index - 1 ? 'whole' : 'none' },
      conditions: undefined,
    };
  }
  const key = rangeKey(pairing);
  const ends = key === undefined ? undefined : await keyEnds(pairing, sides[0], key.old);
  if (key === undefined || ends === undefined) {
    const condition = (which: 0 | 1): string => {
      const sql = sideSql(pairing, which === 0 ? 'old' : 'new', hashing, sides[which].version);
      return `(${sql.keyHash} & ${HASHES - 1}) % ${of} = ${index - 1}`;
    };
    return { share: { kind: 'hash' }, conditions: [condition(0), condition(1)] };
  }
  const bound = (n: number): bigint => ends.lo + ((ends.hi - ends.lo) * BigInt(n)) / BigInt(of);
  const [lo, hi] = [index === 1 ? null : bound(index - 1), index === of ? null : bound(index)];
  const condition = (column: string): string =>
    [
      ...(lo === null ? [] : [`${column} >= '${lo}'::int8`]),
      ...(hi === null ? [] : [`${column} < '${hi}'::int8`]),
      'true',
    ].join(' and ');
  return {
    share: { kind: 'keys', lo: lo?.toString() ?? null, hi: hi?.toString() ?? null },
    conditions: [condition(key.old), condition(key.new)],
  };
}

/** The least and the greatest key of old; only old's, because every segment has to find the same. */
async function keyEnds(
  { old }: Pairing,
  side: Side,
  key: string,
): Promise<{ readonly lo: bigint; readonly hi: bigint } | undefined> {
  const answer = await side.main.client.query<{ lo: string | null; hi: string | null }>(
    `select min(${key})::text as lo, max(${key})::text as hi from ${old.from} t`,
  );
  const row = answer.rows[0];
  if (row?.lo == null || row.hi === null) return undefined;
  return { lo: BigInt(row.lo), hi: BigInt(row.hi) + 1n };
}

/** A number that only depends on the name (FNV-1a). */
function place(name: string): number {
  let hash = 2166136261;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 16777619) >>> 0;
  return hash;
}
