import { createHash } from 'node:crypto';
import type { Value } from './agree.ts';
import type { PairedColumn, Pairing } from './pairing.ts';
import type { RawRow } from './session.ts';

/** The values of a row in the agreed forms. */
export type Row = readonly (Value | null)[];

/** A row as both sides tell it. */
export interface CodedRow {
  /** 128 bits over all values: a kind and a length before each, so that no two rows share a code by their borders. */
  readonly code: Buffer;
  /** The same over the key; without a key, over everything. */
  readonly key: Buffer;
}

export function oldRow({ columns }: Pairing, raw: RawRow): Row {
  return columns.map((column, at) => {
    const value = raw[at] ?? null;
    return value === null ? nothing(column) : column.old(value);
  });
}

export function newRow({ columns }: Pairing, raw: readonly (string | null)[]): Row {
  return columns.map((column, at) => {
    const value = raw[at] ?? null;
    return value === null ? nothing(column) : column.new(value);
  });
}

function nothing({ nullIs }: PairedColumn): string | null {
  return nullIs ?? null;
}

/** Makes the codes of rows. One for each stream: it keeps a buffer. */
export class RowCoder {
  private readonly pairing: Pairing;
  private bytes = Buffer.allocUnsafe(4096);
  private length = 0;

  constructor(pairing: Pairing) {
    this.pairing = pairing;
  }

  code(row: Row): CodedRow {
    const { key } = this.pairing;
    this.length = 0;
    for (const value of row) this.add(value);
    const code = this.digest();
    if (key.length === 0) return { code, key: code };
    this.length = 0;
    for (const place of key) this.add(row[place] ?? null);
    return { code, key: this.digest() };
  }

  private add(value: Value | null): void {
    const size = value === null ? 0 : typeof value === 'string' ? Buffer.byteLength(value) : value.length;
    this.room(size + 5);
    this.bytes[this.length] = value === null ? 0 : 1;
    this.bytes.writeUInt32LE(size, this.length + 1);
    this.length += 5;
    if (typeof value === 'string') this.bytes.write(value, this.length);
    else if (value !== null) value.copy(this.bytes, this.length);
    this.length += size;
  }

  private room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.length + more));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  private digest(): Buffer {
    return createHash('sha256').update(this.bytes.subarray(0, this.length)).digest().subarray(0, 16);
  }
}

/** The text of a value, for keys and for those who may see differing cells. */
export function valueText(value: Value | null): string | null {
  return value === null ? null : value.toString();
}
