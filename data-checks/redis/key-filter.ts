import { isUtf8 } from 'node:buffer';

/** Which keys are compared. */
export interface KeyFilter {
  /** Only keys that begin with one of these; empty: all. */
  readonly prefixes: readonly string[];
  /** Keys to leave out; `*` stands for any text. */
  readonly ignore: readonly string[];
}

/** Tells whether a key is compared. Keys are bytes, so both are looked at byte for byte. */
export function keyFilter({ prefixes, ignore }: KeyFilter): (key: Buffer) => boolean {
  const starts = prefixes.map((prefix) => Buffer.from(prefix));
  const patterns = ignore.map((pattern) => {
    const bytes = Buffer.from(pattern).toString('latin1').split('*');
    return new RegExp(`^${bytes.map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&')).join('.*')}$`, 's');
  });
  return (key) => {
    const wanted = starts.length === 0 || starts.some((start) => key.subarray(0, start.length).equals(start));
    if (!wanted || patterns.length === 0) return wanted;
    const text = key.toString('latin1');
    return !patterns.some((pattern) => pattern.test(text));
  };
}

/** What the server itself may leave out of a scan: with one prefix, all that do not begin with it. */
export function scanPattern({ prefixes }: KeyFilter): string | undefined {
  const [only, ...others] = prefixes;
  return only === undefined || others.length > 0 ? undefined : `${only.replace(/[\\*?[\]^]/g, '\\$&')}*`;
}

/** A key or a value as a person reads it; bytes that are no text are written as `\xNN`. */
export function readable(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  return bytes.toString('latin1').replace(/[^\x20-\x7e]/g, (one) => {
    return `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

/** As an argument: text costs the client less than bytes. */
export function argument(bytes: Buffer): string | Buffer {
  return isUtf8(bytes) ? bytes.toString() : bytes;
}
