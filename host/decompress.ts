import zlib from 'node:zlib';

type Inflate = (bytes: Uint8Array) => Buffer;

/** What is larger is nobody's answer to one request, and may be a trap. 256 MiB. */
const LIMIT = { maxOutputLength: 256 * 1024 * 1024 };

/** Strict: half of a document is none. Encodings that nobody asked for by name are left as they are. */
const DECODERS: Readonly<Record<string, Inflate>> = {
  gzip: (bytes) => zlib.gunzipSync(bytes, LIMIT),
  'x-gzip': (bytes) => zlib.gunzipSync(bytes, LIMIT),
  // With and without the header that the standard asks for: both are sent, and browsers read both.
  deflate: (bytes) => {
    try {
      return zlib.inflateSync(bytes, LIMIT);
    } catch (error) {
      if (isTooLarge(error)) throw error;
      return zlib.inflateRawSync(bytes, LIMIT);
    }
  },
  br: (bytes) => zlib.brotliDecompressSync(bytes, LIMIT),
};

/**
 * Undoes `Content-Encoding`.
 * @returns the error when the bytes are not what the header says; an empty body always is
 * @throws RangeError when it is larger than anybody should read
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
    if (isTooLarge(error)) throw error;
    return error instanceof Error ? error : new Error(String(error));
  }
}

function isTooLarge(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
}
