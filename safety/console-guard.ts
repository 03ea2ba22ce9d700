import { StringDecoder } from 'node:string_decoder';
import { createLineRedactor } from './line-redactor.ts';
import type { Redactor } from './redactor.ts';

/** On a terminal an unfinished line is shown after this time, in milliseconds: someone may be waiting for it. */
const TERMINAL_FLUSH_MS = 100;

type Done = (error?: Error | null) => void;

const GUARDED = Symbol.for('greenlight.console-guard');

/**
 * Puts the redactor before a stream of this process: whatever is written to it from now on is redacted line by line.
 * Reporters that print can only be reached here, because their text is made where no other reporter sees it.
 */
export function guardStream(stream: NodeJS.WriteStream, redactor: Redactor): void {
  const marked = stream as NodeJS.WriteStream & { [GUARDED]?: boolean };
  if (marked[GUARDED]) return;
  marked[GUARDED] = true;
  const original = stream.write.bind(stream);
  const lines = createLineRedactor(redactor);
  const decoder = new StringDecoder('utf8');
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    const rest = lines.flush();
    if (rest !== '') original(rest);
  };
  const guarded = (
    chunk: string | Uint8Array,
    encodingOrDone?: BufferEncoding | Done,
    done?: Done,
  ): boolean => {
    const after = typeof encodingOrDone === 'function' ? encodingOrDone : done;
    clearTimeout(timer);
    const text = typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk));
    const ready = lines.write(text);
    if (stream.isTTY) timer = setTimeout(flush, TERMINAL_FLUSH_MS).unref();
    if (ready !== '') return original(ready, after);
    if (after) process.nextTick(after);
    return true;
  };
  stream.write = guarded;
  // The last line of a process may have no end.
  process.once('exit', flush);
}
