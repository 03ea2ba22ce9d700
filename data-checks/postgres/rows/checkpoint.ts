import type { RangeScan } from './scan-keys.ts';
import type { BucketScan, TotalsScan } from './scan-pages.ts';

/**
 * What the first pass over one table has read so far. It holds across lost connections as long as the snapshots that
 * come after show exactly the same rows; units of two different moments must never be added up.
 */
export interface Checkpoint {
  totals?: readonly [TotalsScan, TotalsScan];
  buckets?: readonly [BucketScan, BucketScan];
  ranges?: RangeScan;
  /** Sampled keys, or null when the table can't be read in key ranges. */
  samples?: readonly bigint[] | null;
  /** A connection was lost while the cells of differing rows were read: they are not asked for again. */
  withoutCells?: boolean;
}
