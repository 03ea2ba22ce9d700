import zlib from 'node:zlib';

type Inflate = (bytes: Uint8Array) => Buffer;

/** Strict: half of a document is none. Encodings that nobody asked for by name are left as they are. */
const DECODERS: Readonly<Record<string, Inflate>> = {
  gzip: (bytes) => zlib.gunzipSync(bytes),
  'x-gzip': (bytes) => zlib.gunzipSync(bytes),
  // With and without the header that the standard asks for: both are sent, and browsers read both.
  deflate: (bytes) => {
    try {
      return zlib.inflateSync(bytes);
    } catch {
      return zlib.inflateRawSync(bytes);
    }
  },
  br: (bytes) => zlib.brotliDecompressSync(bytes),
};

/**
 * Undoes `Content-Encoding`.
 * @returns the error when the bytes are not what the header says; an empty body always is
 */
export function decompress(encoding: string | undefined, bytes: Uint8Array): Uint8Array | Error {
  if (bytes.byteLength === 0) return bytes;
  const names = (encoding ?? '').split(',').map((name) => name.trim().toLowerCase());
  try {
    return names.reduceRight<Uint8Array>(
      (left, name) => (Object.hasOwn(DECODERS, name) ? (DECODERS[name] as Inflate)(left) : left),
      bytes,
    );
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
