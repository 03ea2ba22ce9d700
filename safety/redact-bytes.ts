import { isUtf8 } from 'node:buffer';
import { unzipSync, zipSync, type Zippable } from 'fflate';
import { redactJson } from './redact-json.ts';
import type { FullRedactor } from './redactor.ts';

/** Archives inside archives are followed this deep. */
const DEEPEST = 4;
/** Longest text that is handled at once: beyond it a JavaScript string may not fit. */
const LONGEST_TEXT = 256 * 1024 * 1024;
/** How HTML reports carry their data. */
const EMBEDDED_ZIP = /(data:application\/(?:zip|x-zip-compressed);base64,)([A-Za-z0-9+/]+={0,2})/g;

/** Thrown when content can't be redacted, so it must not stay. */
export class CannotRedact extends Error {
  override readonly name = 'CannotRedact';
}

/**
 * Redacts the content of a file: text as text, ZIP archives entry by entry (also those that an HTML report carries as
 * base64), and anything else only for secrets that are known, because patterns would find accidents in it.
 * @returns undefined when nothing had to change
 * @throws CannotRedact for an archive that is broken or nested too deep, or text that is too long
 */
export function redactBytes(content: Uint8Array, redactor: FullRedactor, depth = 0): Buffer | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (bytes.length === 0) return undefined;
  if (isZip(bytes)) return redactZip(bytes, redactor, depth);
  if (bytes.length > LONGEST_TEXT)
    throw new CannotRedact(`${bytes.length} bytes are too many to look through`);
  if (!isUtf8(bytes)) {
    const raw = bytes.toString('latin1');
    const clean = redactor.known(raw);
    return clean === raw ? undefined : Buffer.from(clean, 'latin1');
  }
  const text = bytes.toString('utf8');
  const json = redactJson(text, redactor);
  if (json !== undefined) return json === text ? undefined : Buffer.from(json, 'utf8');
  // Archives first: base64 of an archive is nothing that a text redactor should touch.
  const parts = text.split(EMBEDDED_ZIP);
  const clean = parts.map((part, index) => redactPart(part, index, redactor, depth)).join('');
  return clean === text ? undefined : Buffer.from(clean, 'utf8');
}

/** `split` with two groups gives text, marker, archive, text, ... */
function redactPart(part: string, index: number, redactor: FullRedactor, depth: number): string {
  if (index % 3 === 0) return redactor.text(part);
  if (index % 3 === 1) return part;
  const archive = Buffer.from(part, 'base64');
  if (!isZip(archive)) return redactor.text(part);
  return redactZip(archive, redactor, depth)?.toString('base64') ?? part;
}

function redactZip(bytes: Buffer, redactor: FullRedactor, depth: number): Buffer | undefined {
  if (depth >= DEEPEST) throw new CannotRedact('archives are nested too deep');
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes);
  } catch (cause) {
    throw new CannotRedact('the archive cannot be read', { cause });
  }
  let changed = false;
  const clean: Zippable = {};
  for (const [name, content] of Object.entries(entries)) {
    const cleanName = redactor.text(name);
    const cleanContent = redactBytes(content, redactor, depth + 1);
    changed ||= cleanContent !== undefined || cleanName !== name;
    // Level 1: traces are big, and this stands between two tests.
    clean[cleanName] = [cleanContent ?? content, { level: 1 }];
  }
  return changed ? Buffer.from(zipSync(clean)) : undefined;
}

function isZip(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}
