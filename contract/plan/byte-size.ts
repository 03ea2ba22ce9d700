import { z } from 'zod';

const UNITS = { B: 1, kB: 1000, KB: 1000, MB: 1_000_000, KiB: 1024, MiB: 1024 * 1024 } as const;
const SIZE = /^(\d{1,9}(?:\.\d{1,3})?) ?(B|kB|KB|MB|KiB|MiB)$/;

/** A number of bytes as text: `500 KB` (a thousand each), `1.5 MB`, `512 KiB` (1024 each). */
export const ByteSize = z.string().regex(SIZE, 'must be a size, such as 500 KB, 1.5 MB or 512 KiB');
export type ByteSize = z.infer<typeof ByteSize>;

/** @returns bytes. @throws Error for a text that is no `ByteSize` */
export function bytesIn(text: ByteSize): number {
  const [, number = '', unit = ''] = SIZE.exec(text) ?? [];
  if (!(unit in UNITS)) throw new Error(`${JSON.stringify(text)} is no size`);
  return Number(number) * UNITS[unit as keyof typeof UNITS];
}

/** Bytes as people say them, never less than they are: `500.1 kB`. */
export function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [unit, of] = bytes < 1_000_000 ? (['kB', 1000] as const) : (['MB', 1_000_000] as const);
  return `${Math.ceil((bytes / of) * 10) / 10} ${unit}`;
}
