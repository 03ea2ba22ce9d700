import type { CodedRow } from './row-code.ts';

/** Four lanes of 32 bits: their sums do not depend on the order of rows, and see one that is there twice. */
const LANES = 4;

/** What one side holds: the number of rows and the sums of their codes, by a part of the hash of their keys. */
export class Buckets {
  readonly count: number;
  readonly rows: Uint32Array;
  private readonly sums: Uint32Array;
  total = 0;

  constructor(count: number) {
    this.count = count;
    this.rows = new Uint32Array(count);
    this.sums = new Uint32Array(count * LANES);
  }

  add({ code, key }: CodedRow): void {
    const bucket = bucketOf(key, this.count);
    this.total += 1;
    this.rows[bucket] = (this.rows[bucket] ?? 0) + 1;
    for (let lane = 0; lane < LANES; lane += 1) {
      const at = bucket * LANES + lane;
      // The array itself cuts it to 32 bits.
      this.sums[at] = (this.sums[at] ?? 0) + code.readUInt32LE(lane * 4);
    }
  }

  /** Buckets that do not hold the same on both sides. */
  differing(other: Buckets): readonly number[] {
    const found: number[] = [];
    for (let bucket = 0; bucket < this.count; bucket += 1) {
      let same = this.rows[bucket] === other.rows[bucket];
      for (let at = bucket * LANES; at < (bucket + 1) * LANES; at += 1)
        same &&= this.sums[at] === other.sums[at];
      if (!same) found.push(bucket);
    }
    return found;
  }
}

/** `count` is a power of two. */
export function bucketOf(key: Buffer, count: number): number {
  // The end of the key's hash: where there is no key, its beginning is summed up.
  return key.readUInt32LE(12) & (count - 1);
}
