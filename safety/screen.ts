import type { Writable } from 'node:stream';
import pc from 'picocolors';
import type { Redactor } from './redactor.ts';

export type Paint = ReturnType<typeof pc.createColors>;

/** The two streams as values: everything that a command shows goes through here, and so through the redactor. */
export interface Screen {
  /** A result, for machines and pipes. */
  out(text: string): void;
  /** Anything for people. */
  err(text: string): void;
  /** Lines that the CI system around us is meant to obey, on the stream for people. */
  command(text: string): void;
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
  const harmless = obeysLines(streams.env) ? withoutCommands : (text: string): string => text;
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
      streams.out.write(ended(harmless(clean(text))));
    },
    err(text) {
      erase();
      streams.err.write(ended(harmless(clean(text))));
    },
    command(text) {
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

/** CI systems that read commands out of what a step prints. */
const OBEYING = ['GITHUB_ACTIONS', 'TF_BUILD', 'TEAMCITY_VERSION'] as const;

function obeysLines(env: NodeJS.ProcessEnv): boolean {
  return OBEYING.some((name) => Boolean(env[name]));
}

/**
 * The text without commands to a CI system: what a target, a test title or an error says ends up in our output.
 * GitHub obeys `::name::` at the start of a line, leading blanks included, and `##[name]` anywhere in one.
 */
function withoutCommands(text: string): string {
  return text.replace(/^(\s*)::/gm, '$1: :').replace(/##(?=(?:vso|teamcity)?\[)/gi, '# #');
}

function ended(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
