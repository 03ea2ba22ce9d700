import type { Writable } from 'node:stream';
import pc from 'picocolors';
import type { Redactor } from '../safety/redactor.ts';

export type Paint = ReturnType<typeof pc.createColors>;

/** The two streams as values: everything that a command shows goes through here, and so through the redactor. */
export interface Screen {
  /** A result, for machines and pipes. */
  out(text: string): void;
  /** Anything for people. */
  err(text: string): void;
  /** A line that the next one replaces; nothing where there is no terminal. */
  transient(text: string): void;
  readonly paint: Paint;
  /** Whether standard output wants colours. */
  readonly colour: boolean;
  readonly terminal: boolean;
  /** From now on, mask these secrets too. */
  protect(redactor: Redactor): void;
  /** The text as it may be shown or written. */
  clean(text: string): string;
}

interface Stream extends Writable {
  readonly isTTY?: boolean;
}

/** Colours only on a terminal, and never with NO_COLOR (https://no-color.org: any value but the empty one). */
export function createScreen(streams: { out: Stream; err: Stream; env: NodeJS.ProcessEnv }): Screen {
  const redactors: Redactor[] = [];
  const clean = (text: string): string => redactors.reduce((shown, redactor) => redactor.text(shown), text);
  const wantsColour = (stream: Stream): boolean =>
    stream.isTTY === true && !streams.env['NO_COLOR'] && streams.env['TERM'] !== 'dumb';
  const terminal = streams.err.isTTY === true && streams.env['TERM'] !== 'dumb';
  let pending = false;
  const erase = (): void => {
    if (pending) streams.err.write('\r\u001b[K');
    pending = false;
  };
  return {
    out(text) {
      erase();
      streams.out.write(ended(clean(text)));
    },
    err(text) {
      erase();
      streams.err.write(ended(clean(text)));
    },
    transient(text) {
      if (!terminal) return;
      erase();
      streams.err.write(clean(text).slice(0, 100));
      pending = text !== '';
    },
    paint: pc.createColors(wantsColour(streams.err)),
    colour: wantsColour(streams.out),
    terminal,
    protect: (redactor) => void redactors.push(redactor),
    clean,
  };
}

function ended(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
