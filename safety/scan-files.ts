import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { unzipSync } from 'fflate';
import { encodedForms } from './encoded-forms.ts';
import { filesBelow } from './redact-files.ts';
import { isMaskable } from './secret-values.ts';

/** A place where the value of a secret still stands. */
export interface Leak {
  /** Path of the file. */
  readonly file: string;
  /** File relative to the scanned directory and, for archives, the entry inside: `data/1.zip > 0-trace.network`. */
  readonly where: string;
}

/** What of this content holds one of the forms. Archives are opened, also those that a page carries as base64. */
export type Scanner = (content: Uint8Array, where: string) => readonly string[];

const EMBEDDED_ZIP = /data:application\/(?:zip|x-zip-compressed);base64,([A-Za-z0-9+/]+={0,2})/g;

/** Makes a scanner for the given secret values in all their encoded forms. */
export function createScanner(values: readonly string[]): Scanner {
  const maskable = values.filter(isMaskable);
  const forms = [...new Set(maskable.flatMap(encodedForms))].map((form) => Buffer.from(form, 'utf8'));
  const scan: Scanner = (content, where) => {
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    const found = forms.some((form) => bytes.includes(form)) ? [where] : [];
    if (isZip(bytes)) return [...found, ...scanZip(bytes, where)];
    if (!bytes.includes('data:application/')) return found;
    const embedded = [...bytes.toString('latin1').matchAll(EMBEDDED_ZIP)].flatMap(([, base64]) => {
      const archive = Buffer.from(base64 ?? '', 'base64');
      return isZip(archive) ? scanZip(archive, `${where} (embedded)`) : [];
    });
    return [...found, ...embedded];
  };
  const scanZip = (bytes: Buffer, where: string): readonly string[] => {
    let entries: Record<string, Uint8Array>;
    try {
      entries = unzipSync(bytes);
    } catch {
      // Nothing shows that it is clean.
      return [`${where} (an archive that cannot be read)`];
    }
    return Object.entries(entries).flatMap(([name, content]) => scan(content, `${where} > ${name}`));
  };
  return forms.length === 0 ? () => [] : scan;
}

/**
 * The last look before anything is published: every file below a directory that still holds one of the values, in any
 * of its encoded forms. Values that are too short or too common to be masked are not looked for.
 */
export function scanFiles(directory: string, values: readonly string[]): readonly Leak[] {
  const scanner = createScanner(values);
  return filesBelow(directory).flatMap((file) =>
    scanner(readFileSync(file), relative(directory, file)).map((where) => ({ file, where })),
  );
}

function isZip(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}
