import type { Heap } from '../catalog.ts';
import { Pace } from './pace.ts';
import type { Side } from './side.ts';

/** Keys from `lo` up to but without `hi`; undefined is an open end. */
export interface KeyRange {
  readonly lo: bigint | undefined;
  readonly hi: bigint | undefined;
}

const SAMPLED_PAGES = 400;

/** The keys of the first row on pages spread over a heap, in physical order: where the keys are, and how sorted. */
export async function sampleKeys(side: Side, heap: Heap, key: string): Promise<readonly bigint[]> {
  const step = Math.max(1, heap.pages / SAMPLED_PAGES);
  const places: string[] = [];
  for (let page = 0; page < heap.pages; page += step) places.push(`(${Math.floor(page)},1)`);
  const { rows } = await side.main.client.query<{ key: string }>(
    `select (${key})::int8::text as key from ${heap.from} t where t.ctid = any($1::tid[]) order by t.ctid`,
    [places],
  );
  return rows.map((row) => BigInt(row.key));
}

/** Whether reading in order of the key reads the heap more or less in order too. */
export function isSorted(keys: readonly bigint[]): boolean {
  if (keys.length < 20) return false;
  let rising = 0;
  for (let index = 1; index < keys.length; index += 1) {
    if ((keys[index] ?? 0n) >= (keys[index - 1] ?? 0n)) rising += 1;
  }
  return rising / (keys.length - 1) > 0.95;
}

/** Rows whose totals are told apart in the first pass: few enough to read again, enough to cost nothing more. */
const ROWS_PER_PART = 2048;
/** No unit has more parts, whatever the sampled keys say. */
const MOST_PARTS = 20_000;

/** One work unit: neighbouring ranges, in order of their keys. */
export interface Unit {
  readonly parts: readonly KeyRange[];
  readonly size: number;
}

/**
 * Cuts the key space into units, one after another, as wide as the pace of the slower side allows, and those into parts
 * of some two thousand rows. The sampled keys say where the rows are, so gaps and clusters of keys make neither empty
 * nor endless units.
 */
export class Cutter {
  readonly units: Unit[] = [];
  readonly pace: Pace;
  private readonly sorted: readonly bigint[];
  private readonly partSize: number;
  private at = 0;
  private lo: bigint | undefined;
  private finished = false;

  constructor(samples: readonly bigint[], rows: number) {
    this.sorted = [...samples].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    // Sizes are shares of the sample; the first unit has about 100,000 rows.
    this.pace = new Pace((100_000 / Math.max(rows, 1)) * this.sorted.length, 0.001);
    this.partSize = (ROWS_PER_PART / Math.max(rows, 1)) * this.sorted.length;
  }

  /** The unit with this index, cut now if nobody asked for it before. */
  get(index: number): Unit | undefined {
    while (!this.finished && this.units.length <= index) this.cut();
    return this.units[index];
  }

  private cut(): void {
    const from = this.at;
    const size = this.pace.size;
    const to = from + size;
    const last = to >= this.sorted.length - 1;
    const count = Math.min(MOST_PARTS, Math.max(1, Math.ceil(size / this.partSize)));
    const parts: KeyRange[] = [];
    for (let part = 1; part <= count; part += 1) {
      const end = from + (size * part) / count;
      // Decided once: `(size * count) / count` is not always `size`.
      const over = part === count ? last : end >= this.sorted.length - 1;
      const hi = over ? undefined : this.keyAt(end);
      // Two cuts inside one key would make an empty range.
      if (hi !== undefined && this.lo !== undefined && hi <= this.lo) continue;
      parts.push({ lo: this.lo, hi });
      this.lo = hi;
      if (!over) continue;
      this.finished = true;
      break;
    }
    this.at = to;
    if (parts.length > 0) this.units.push({ parts, size });
  }

  private keyAt(place: number): bigint {
    const index = Math.floor(place);
    const a = this.sorted[index] ?? 0n;
    const b = this.sorted[index + 1] ?? a;
    return a + ((b - a) * BigInt(Math.floor((place - index) * 65_536))) / 65_536n;
  }
}
