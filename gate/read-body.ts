import type { IncomingMessage } from 'node:http';

/**
 * The body of a request as text.
 * @returns undefined when it is longer than `most` bytes; the rest is not read then
 * @throws the system's error when the connection breaks
 */
export async function readBody(request: IncomingMessage, most: number): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > most) return undefined;
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > most) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
