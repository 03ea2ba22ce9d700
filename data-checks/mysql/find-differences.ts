import { createHash } from 'node:crypto';
import type { CellDifference, RowDifference } from '../postgres/rows/table-diff.ts';
import { allSettled } from '../postgres/rows/all-settled.ts';
import type { Value } from './agree.ts';
import { Buckets, bucketOf } from './buckets.ts';
import type { Pairing } from './pairing.ts';
import { type Row, RowCoder, valueText } from './row-code.ts';

/** All rows of one side, in the agreed forms; read several times. Where it shows something else then, `Found` does not add up. */
export type ReadSide = (side: 'old' | 'new') => AsyncIterable<Row>;

export interface Found {
  readonly oldRows: number;
  readonly newRows: number;
  readonly missing: number;
  readonly extra: number;
  readonly changed: number;
  readonly first: readonly RowDifference[];
  /** Parts of the keys whose sums differed in the first pass. */
  readonly differing: number;
  /** What kept the differing rows from being found; then the numbers hold no more than some of them. */
  readonly notLocated?: Error;
}

type Located = Pick<Found, 'missing' | 'extra' | 'changed' | 'first'>;

export interface FindOptions {
  readonly estimatedRows: number;
  readonly mostShown: number;
  readonly values: 'masked' | 'shown';
  /** Told after every so many rows of either side. May throw to end the work. */
  readonly tell: (rows: number) => void;
}

const ROWS_PER_BUCKET = 32;
const MOST_BUCKETS = 65_536;
/** Rows of which all values are kept while they are looked for; more, and only their codes are. */
const MOST_KEPT_WHOLE = 20_000;
const MOST_KEPT = 200_000;
const TELL_EVERY = 2000;

/**
 * Compares two streams of rows whatever their order: the first pass sums up buckets by the key, the next ones read
 * those that differ again, as many at a time as fit in a fixed amount of memory.
 */
export async function findDifferences(
  pairing: Pairing,
  read: ReadSide,
  options: FindOptions,
): Promise<Found> {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(64, options.estimatedRows / ROWS_PER_BUCKET)));
  const count = Math.min(MOST_BUCKETS, wanted);
  const [old, next] = await both((side, whole) =>
    sumUp(pairing, untilFailed(read(side), whole), count, options),
  );
  const differing = old.differing(next);
  const found = { missing: 0, extra: 0, changed: 0, first: [] as RowDifference[] };
  const whole = { oldRows: old.total, newRows: next.total, differing: differing.length };
  for (const group of groups(differing, old, next)) {
    let part: Located;
    try {
      part = await compareGroup(pairing, read, group, count, options);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { ...whole, ...found, notLocated: error };
    }
    found.missing += part.missing;
    found.extra += part.extra;
    found.changed += part.changed;
    found.first.push(...part.first.slice(0, options.mostShown - found.first.length));
  }
  return { ...whole, ...found };
}

/** Whether the other side failed: reading on to the end would only take time. */
interface Whole {
  failed: boolean;
}

/** Both sides at once. Neither is left running when the other fails. */
async function both<T>(work: (side: 'old' | 'new', whole: Whole) => Promise<T>): Promise<readonly [T, T]> {
  const whole: Whole = { failed: false };
  const one = (side: 'old' | 'new'): Promise<T> =>
    work(side, whole).catch((error: unknown) => {
      whole.failed = true;
      throw error;
    });
  return allSettled<[T, T]>([one('old'), one('new')]);
}

async function* untilFailed(rows: AsyncIterable<Row>, whole: Whole): AsyncGenerator<Row> {
  for await (const row of rows) {
    if (whole.failed) return;
    yield row;
  }
}

async function sumUp(
  pairing: Pairing,
  rows: AsyncIterable<Row>,
  count: number,
  { tell }: FindOptions,
): Promise<Buckets> {
  const [buckets, coder] = [new Buckets(count), new RowCoder(pairing)];
  for await (const row of rows) {
    buckets.add(coder.code(row));
    if (buckets.total % TELL_EVERY === 0) tell(TELL_EVERY);
  }
  return buckets;
}

interface Group {
  readonly buckets: ReadonlySet<number>;
  readonly whole: boolean;
}

function* groups(differing: readonly number[], old: Buckets, next: Buckets): Generator<Group> {
  let [buckets, rows, whole] = [new Set<number>(), 0, true];
  for (const bucket of differing) {
    const size = (old.rows[bucket] ?? 0) + (next.rows[bucket] ?? 0);
    if (buckets.size > 0 && rows + size > (whole ? MOST_KEPT_WHOLE : MOST_KEPT)) {
      yield { buckets, whole };
      [buckets, rows, whole] = [new Set<number>(), 0, false];
    }
    buckets.add(bucket);
    rows += size;
  }
  if (buckets.size > 0) yield { buckets, whole: whole && rows <= MOST_KEPT_WHOLE };
}

interface Kept {
  readonly code: string;
  readonly row: Row | undefined;
  readonly key: readonly (string | null)[];
}

async function compareGroup(
  pairing: Pairing,
  read: ReadSide,
  { buckets, whole }: Group,
  count: number,
  { mostShown, values }: FindOptions,
): Promise<Located> {
  const keep = async (side: 'old' | 'new', all: Whole): Promise<Map<string, Kept[]>> => {
    const [rows, coder] = [new Map<string, Kept[]>(), new RowCoder(pairing)];
    for await (const row of untilFailed(read(side), all)) {
      const { code, key } = coder.code(row);
      if (!buckets.has(bucketOf(key, count))) continue;
      const kept: Kept = {
        code: code.toString('latin1'),
        row: whole ? row.map(owned) : undefined,
        key: pairing.key.map((place) => valueText(row[place] ?? null)),
      };
      const name = key.toString('latin1');
      const same = rows.get(name);
      if (same === undefined) rows.set(name, [kept]);
      else same.push(kept);
    }
    return rows;
  };
  const [old, next] = await both(keep);
  const found = { missing: 0, extra: 0, changed: 0, first: [] as RowDifference[] };
  const show = (difference: RowDifference): void => {
    if (found.first.length < mostShown) found.first.push(difference);
  };
  for (const name of new Set([...old.keys(), ...next.keys()])) {
    const [before, after] = without(old.get(name) ?? [], next.get(name) ?? []);
    const pairs = pairing.key.length === 0 ? 0 : Math.min(before.length, after.length);
    for (let at = 0; at < pairs; at += 1) {
      const [a, b] = [before[at], after[at]];
      found.changed += 1;
      if (a !== undefined && b !== undefined) {
        show({ kind: 'changed', key: a.key, cells: cells(pairing, a.row, b.row, values) });
      }
    }
    for (const row of before.slice(pairs)) {
      found.missing += 1;
      show({ kind: 'missing', key: row.key, cells: [] });
    }
    for (const row of after.slice(pairs)) {
      found.extra += 1;
      show({ kind: 'extra', key: row.key, cells: [] });
    }
  }
  return found;
}

/** Bytes of a value that is kept as it is. */
const MOST_BYTES = 1000;
const MOST_SHOWN = 200;

/**
 * The client's buffers are windows into whole chunks of the socket: one kept cell would keep all of its chunk. Of a big
 * value its beginning, its length and its digest are kept: enough to tell two of them apart, and to show.
 */
function owned(value: Value | null): Value | null {
  if (value === null || value.length <= MOST_BYTES / 4)
    return Buffer.isBuffer(value) ? Buffer.from(value) : value;
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value);
  if (bytes.length <= MOST_BYTES) return Buffer.isBuffer(value) ? Buffer.from(value) : value;
  const head = bytes
    .subarray(0, 4 * MOST_SHOWN)
    .toString()
    .slice(0, MOST_SHOWN);
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  return `${head}… (${bytes.length} bytes, sha256 ${digest})`;
}

/** What is left of two lists of rows with one key when the equal ones are taken away, each once. */
function without(old: readonly Kept[], next: readonly Kept[]): readonly [Kept[], Kept[]] {
  const after = [...next];
  const before = old.filter(({ code }) => {
    const at = after.findIndex((row) => row.code === code);
    if (at >= 0) after.splice(at, 1);
    return at < 0;
  });
  return [before, after];
}

function cells(
  { columns }: Pairing,
  before: Row | undefined,
  after: Row | undefined,
  values: 'masked' | 'shown',
): CellDifference[] {
  if (before === undefined || after === undefined) return [];
  return columns.flatMap(({ name }, at) => {
    const [old, next] = [valueText(before[at] ?? null), valueText(after[at] ?? null)];
    if (old === next) return [];
    return [{ column: name, ...(values === 'shown' ? { old, new: next } : {}) }];
  });
}
