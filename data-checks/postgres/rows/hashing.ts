import { quoteIdent, quoteLiteral } from '../names.ts';
import { columnText, hashInputs, type Pairing, type SideName, source, told } from './pairing.ts';
import { type HashInput, type HashWay, rowHash, SEEDS } from './row-hash.ts';
import type { TablePair } from './table-diff.ts';
import { totalsColumns } from './totals.ts';

/** How one comparison hashes. */
export interface Hashing {
  readonly way: HashWay;
  readonly bits: 64 | 128;
}

/** The SQL expressions of one table on one side. */
export interface SideSql {
  /** `count` and sums over the whole source. */
  readonly totals: string;
  /** Hash of the row. */
  readonly first: string;
  /** A second, independent one, with 128 bits. */
  readonly second: string | undefined;
  /** Hash of the key, or of the row where there is no key: rows that belong together share it. */
  readonly keyHash: string;
  /** Hash of the row as text; of both hashes with 128 bits. */
  readonly hashText: string;
  /** Whether the row was written after the cut-over moment; always false on old. */
  readonly later: string;
  /** Text of each of the key's columns, each after a comma. */
  readonly keyColumns: string;
  readonly source: (from?: string, ...conditions: string[]) => string;
}

/** For a server of this version (`server_version_num`). */
export function sideSql(pairing: Pairing, side: SideName, hashing: Hashing, version: number): SideSql {
  const row = hashInputs(pairing.columns, side);
  const hash = (inputs: readonly HashInput[], seed: number): string =>
    rowHash(inputs, seed, hashing.way, version);
  const first = hash(row, SEEDS.row);
  const second = hashing.bits === 128 ? hash(row, SEEDS.second) : undefined;
  const key = hashInputs(pairing.key, side);
  return {
    totals: totalsColumns(first, second),
    first,
    second,
    keyHash: key.length > 0 ? hash(key, SEEDS.key) : first,
    hashText: second === undefined ? `(${first})::text` : `(${first})::text || '/' || (${second})::text`,
    later: laterThan(pairing.pair, side),
    keyColumns: pairing.key.map((column, index) => `, ${columnText(column, side)} as k${index}`).join(''),
    source: (from, ...conditions) => source(pairing, side, from, ...conditions),
  };
}

function laterThan(pair: TablePair, side: SideName): string {
  // Asked for a roll-back, rows of after the cut-over are what it is about.
  if (side === 'old' || pair.since === undefined || pair.direction === 'rollback') return 'false';
  return writtenSince(pair.since);
}

/** SQL over a row of new. */
export function writtenSince({ column, at }: NonNullable<TablePair['since']>): string {
  // NULL: nobody knows when it was written, so it must not be excused.
  return `coalesce(t.${quoteIdent(column)} >= ${quoteLiteral(moment(at))}, false)`;
}

/** In UTC, because a time stamp without time zone ignores the zone of a literal. A number is taken as it is. */
function moment(at: string | number): string {
  return typeof at === 'number' ? String(at) : new Date(at).toISOString();
}

/** The one integer column by which a table can be read in ranges, when its key is exactly that. */
export function rangeKey(pairing: Pairing): { readonly old: string; readonly new: string } | undefined {
  const [column, ...more] = pairing.key;
  if (column === undefined || more.length > 0 || (column.form !== 'int4' && column.form !== 'int8'))
    return undefined;
  const [oldName, newName] = [pairing.old.key[0], pairing.new.key[0]];
  // Both sides need an index that starts with it, or each range would read the whole table.
  if (oldName !== column.name || newName === undefined) return undefined;
  const mapped = told(pairing.pair.columns, column.name) ?? column.name;
  if (newName !== mapped || told(pairing.pair.newAs, column.name) !== undefined) return undefined;
  return { old: `t.${quoteIdent(oldName)}`, new: `t.${quoteIdent(newName)}` };
}
