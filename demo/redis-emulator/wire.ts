/** What a command answers: a status (`+OK`), an error, or data. Texts are bytes, one a character (latin1). */
export type Reply = null | number | string | { readonly status: string } | RedisError | readonly Reply[];

/** An answer that refuses: the first word is its kind (`ERR`, `WRONGTYPE`). */
export class RedisError extends Error {
  override readonly name = 'RedisError';
}

const LINE_END = '\r\n';
const LONGEST_HEAD = 64;

/**
 * Reads requests out of a stream: arrays of length-prefixed texts, as every client sends them.
 * @returns takes the next bytes, and gives the requests that are complete with them. @throws RedisError for anything else
 */
export function createRequestReader(): (chunk: Buffer) => readonly (readonly string[])[] {
  let rest = '';
  return (chunk) => {
    rest += chunk.toString('latin1');
    const requests: (readonly string[])[] = [];
    for (;;) {
      const read = readRequest(rest);
      if (read === undefined) return requests;
      requests.push(read.words);
      rest = rest.slice(read.end);
    }
  };
}

function readRequest(text: string): { readonly words: readonly string[]; readonly end: number } | undefined {
  const head = readCount(text, 0, '*');
  if (head === undefined) return undefined;
  const words: string[] = [];
  let at = head.end;
  while (words.length < head.count) {
    const length = readCount(text, at, '$');
    if (length === undefined) return undefined;
    const end = length.end + length.count;
    if (text.length < end + LINE_END.length) return undefined;
    words.push(text.slice(length.end, end));
    at = end + LINE_END.length;
  }
  return { words, end: at };
}

function readCount(
  text: string,
  at: number,
  mark: '*' | '$',
): { readonly count: number; readonly end: number } | undefined {
  const end = text.indexOf(LINE_END, at);
  if (end < 0 && text.length - at < LONGEST_HEAD) return undefined;
  const count = Number(text.slice(at + 1, end));
  if (end < 0 || text[at] !== mark || !Number.isInteger(count) || count < 0) {
    throw new RedisError('ERR Protocol error');
  }
  return { count, end: end + LINE_END.length };
}

/** The bytes of a reply. */
export function encodeReply(reply: Reply): Buffer {
  return Buffer.from(textOf(reply), 'latin1');
}

function textOf(reply: Reply): string {
  if (reply === null) return `$-1${LINE_END}`;
  if (typeof reply === 'number') return `:${reply}${LINE_END}`;
  if (typeof reply === 'string') return `$${reply.length}${LINE_END}${reply}${LINE_END}`;
  if (reply instanceof RedisError) return `-${reply.message}${LINE_END}`;
  if ('status' in reply) return `+${reply.status}${LINE_END}`;
  return `*${reply.length}${LINE_END}${reply.map(textOf).join('')}`;
}
