import type { RowDifference } from './table-diff.ts';

/** One row of one side: its key, and its hash. */
export interface HashedRow {
  readonly key: readonly (string | null)[];
  readonly hash: string;
  /** Written on new after the cut-over moment, as its watermark column says. */
  readonly later: boolean;
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
    for (const entry of keys.values()) this.compareKey(entry.old, entry.new);
  }

  private compareKey(old: readonly HashedRow[], next: readonly HashedRow[]): void {
    const [lost, added] = [leftOver(old, next), leftOver(next, old)];
    const paired = lost[0]?.key.length === 0 ? 0 : Math.min(lost.length, added.length);
    lost.forEach((row, index) => {
      if (index < paired) this.count('changed', row, added[index]);
      else this.count('missing', row);
    });
    added.slice(paired).forEach((row) => this.count('extra', row, row));
  }

  private count(kind: RowDifference['kind'], row: HashedRow, onNew?: HashedRow): void {
    if (onNew?.later === true) {
      this.later += 1;
      return;
    }
    this[kind] += 1;
    this.keep(kind, row);
  }

  private keep(kind: RowDifference['kind'], row: HashedRow): void {
    if (this.first.length < this.most) this.first.push({ kind, key: row.key, cells: [] });
  }
}

function sameRow(a: HashedRow, b: HashedRow): boolean {
  return a.hash === b.hash && a.key.every((value, index) => value === b.key[index]);
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
