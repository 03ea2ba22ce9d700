import { expect, test } from 'vitest';
import { Differences, type HashedRow } from '../../../data-checks/postgres/rows/differences.ts';
import { mergeRows } from '../../../data-checks/postgres/rows/merge.ts';
import type { Session } from '../../../data-checks/postgres/session.ts';

interface Row extends HashedRow {
  readonly rank: bigint;
}

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
}

/** A session that answers as the servers do: rows in order, a thousand at a time. */
function sessionOf(rows: readonly Row[], keyed: boolean): Session {
  const times = new Map<string, unknown[]>();
  for (const { rank, hash, later, key } of rows) {
    const name = JSON.stringify([String(rank), hash, later, keyed ? [key, times.size] : '']);
    const known = times.get(name);
    if (known === undefined) times.set(name, [String(rank), hash, ...key, later ? -1 : 1]);
    else known.push(Number(known.pop()) + (later ? -1 : 1));
  }
  const left = [...times.values()].sort((a, b) => {
    const [ranks, hashes] = [
      Number(BigInt(String(a[0])) - BigInt(String(b[0]))),
      [String(a[1]), String(b[1])],
    ];
    if (ranks !== 0) return ranks;
    if (hashes[0] !== hashes[1]) return (hashes[0] ?? '') < (hashes[1] ?? '') ? -1 : 1;
    return Number(b.at(-1)) - Number(a.at(-1));
  });
  const query = (asked: string | { readonly text: string }): Promise<{ rows: unknown[] }> => {
    const count = typeof asked === 'string' ? undefined : /^fetch (\d+) /.exec(asked.text)?.[1];
    return Promise.resolve({ rows: count === undefined ? [] : left.splice(0, Number(count)) });
  };
  return { client: { query }, database: 'stand-in', close: () => Promise.resolve() } as unknown as Session;
}

/** Few keys and few hashes, so that rows repeat, meet, and miss each other in every way. */
function someRows(
  random: (below: number) => number,
  count: number,
  keyed: boolean,
  laterToo: boolean,
): Row[] {
  return Array.from({ length: count }, () => {
    const rank = random(40) - 20;
    const hash = keyed ? String(random(4) - 2) : '';
    const key = keyed ? [`k${rank}`, random(9) === 0 ? null : 'x'] : [];
    return { rank: BigInt(rank), hash: `${hash}${key[1] ?? ''}`, key, later: laterToo && random(3) === 0 };
  });
}

test.each([true, false])('streams find what whole groups find; keyed: %s', async (keyed) => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const random = numbers(seed);
    const old = someRows(random, random(seed === 40 ? 3000 : 300), keyed, false);
    const next = someRows(random, random(seed === 40 ? 3000 : 300), keyed, true);
    const [merged, whole] = [new Differences(5), new Differences(5)];
    const queries = [old, next].map((rows) => ({
      session: sessionOf(rows, keyed),
      sql: '',
      rankIsKey: false,
      counted: true,
    }));
    const [left, right] = queries;
    if (left === undefined || right === undefined) throw new Error('two sides were to be there');
    await mergeRows(left, right, merged);
    for (const rank of new Set([...old, ...next].map((row) => row.rank))) {
      const of = (rows: readonly Row[]): Row[] =>
        // Copied rows first: those are what the rows of old are to be found in.
        rows.filter((row) => row.rank === rank).sort((a, b) => Number(a.later) - Number(b.later));
      whole.compare(of(old), of(next));
    }
    const counts = ({ missing, extra, changed, later }: Differences) => ({ missing, extra, changed, later });
    expect(counts(merged), `seed ${seed}`).toEqual(counts(whole));
    expect(merged.first).toHaveLength(Math.min(5, whole.missing + whole.extra + whole.changed));
  }
});
