import type { RowDifference } from './table-diff.ts';

/** One row of one side: its key, and its hash. */
export interface HashedRow {
  readonly key: readonly (string | null)[];
  readonly hash: string;
  /** Written on new after the cut-over moment, as its watermark column says. */
  readonly later: boolean;
}

/** Rows of one key that no equal row of the other side has cancelled. */
export interface Uncancelled {
  readonly key: readonly (string | null)[];
  /** On old. */
  lost: number;
  /** On new; not those that were written there after the cut-over moment. */
  added: number;
  /** On new, written after the cut-over moment. */
  later: number;
}

/** Exact numbers of differing rows, and the first of them. */
export class Differences {
  missing = 0;
  extra = 0;
  changed = 0;
  /** Rows that differ because new wrote them after the cut-over moment; in none of the other numbers. */
  later = 0;
  readonly first: RowDifference[] = [];
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  get any(): boolean {
    return this.missing + this.extra + this.changed > 0;
  }

  /**
   * Compares rows that share the hash of their key. Keys may repeat on a side (nothing has to guarantee that they
   * don't): rows with equal hashes cancel each other, one for one; what is left over is changed, missing or extra.
   */
  compare(old: readonly HashedRow[], next: readonly HashedRow[]): void {
    const [a, b] = [old[0], next[0]];
    if (old.length === 1 && next.length === 1 && a !== undefined && b !== undefined && sameRow(a, b)) return;
    const keys = new Map<string, { old: HashedRow[]; new: HashedRow[] }>();
    const group = (row: HashedRow): { old: HashedRow[]; new: HashedRow[] } => {
      // Without a key, rows are paired by what they are.
      const name = row.key.length > 0 ? JSON.stringify(row.key) : row.hash;
      let entry = keys.get(name);
      if (entry === undefined) keys.set(name, (entry = { old: [], new: [] }));
      return entry;
    };
    for (const row of old) group(row).old.push(row);
    for (const row of next) group(row).new.push(row);
    for (const entry of keys.values()) {
      const [lost, added] = [leftOver(entry.old, entry.new), leftOver(entry.new, entry.old)];
      const later = added.filter((row) => row.later).length;
      const key = (lost[0] ?? added[0])?.key ?? [];
      this.count({ key, lost: lost.length, added: added.length - later, later });
    }
  }

  /** Counts what is left of one key: a row of old and one of new are one changed row, where there is a key. */
  count({ key, lost, added, later }: Uncancelled): void {
    const changed = key.length === 0 ? 0 : Math.min(lost, added);
    const replaced = key.length === 0 ? 0 : Math.min(lost - changed, later);
    this.later += later;
    this.changed += changed;
    this.missing += lost - changed - replaced;
    this.extra += added - changed;
    this.keep('changed', key, changed);
    this.keep('missing', key, lost - changed - replaced);
    this.keep('extra', key, added - changed);
  }

  private keep(kind: RowDifference['kind'], key: RowDifference['key'], times: number): void {
    const room = Math.min(times, this.most - this.first.length);
    for (let kept = 0; kept < room; kept += 1) this.first.push({ kind, key, cells: [] });
  }
}

function sameRow(a: HashedRow, b: HashedRow): boolean {
  return a.hash === b.hash && sameKey(a.key, b.key);
}

export function sameKey(a: HashedRow['key'], b: HashedRow['key']): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/** Rows of `from` whose hash is not met by one of `other`. */
function leftOver(from: readonly HashedRow[], other: readonly HashedRow[]): HashedRow[] {
  const counts = new Map<string, number>();
  for (const row of other) counts.set(row.hash, (counts.get(row.hash) ?? 0) + 1);
  return from.filter((row) => {
    const left = counts.get(row.hash) ?? 0;
    if (left > 0) counts.set(row.hash, left - 1);
    return left === 0;
  });
}
