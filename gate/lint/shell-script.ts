import type { GateWords } from './gate-words.ts';
import type { Line } from './place.ts';
import { type WayPast, waysPast } from './shell/ways-past.ts';

/** A piece of shell as one shell runs it. */
export interface ShellScript {
  /** Commands: comments and empty lines are gone, continued lines are joined. */
  readonly lines: readonly Line[];
  /** Whether it ends at the first command that fails. */
  readonly strict: boolean;
  /** Whether a pipe fails when any part of it does. */
  readonly pipefail: boolean;
  /** Where it goes on although a gate in it did not answer GO. */
  readonly waysPast: readonly WayPast[];
}

/** How the surroundings start the shell; the script itself may say more with `set`. */
export interface ShellStart {
  readonly strict: boolean;
  readonly pipefail: boolean;
}

export function shellScript(raw: readonly Line[], start: ShellStart, gate: GateWords): ShellScript {
  const lines = logicalLines(raw);
  const sets = (option: RegExp): boolean => lines.some(({ text }) => option.test(text));
  return {
    lines,
    strict:
      (start.strict || sets(/^\s*set\s+-[a-z]*e/) || sets(/^\s*set\s+-o\s+errexit/)) &&
      !sets(/^\s*set\s+\+(?:[a-z]*e|o\s+errexit)/),
    pipefail: start.pipefail || sets(/^\s*set\s+.*\bpipefail\b/),
    waysPast: waysPast({ raw, ...start, gate }),
  };
}

function logicalLines(raw: readonly Line[]): readonly Line[] {
  const lines: { line: number; text: string }[] = [];
  let open = false;
  for (const { line, text } of raw) {
    const code = withoutComment(text).trimEnd();
    const last = lines.at(-1);
    if (open && last !== undefined) last.text = `${last.text} ${code.trim()}`;
    else if (code.trim() !== '') lines.push({ line, text: code });
    open = /(?:\\|\|\|?|&&)$/.test(code);
    const current = lines.at(-1);
    if (open && current !== undefined) current.text = current.text.replace(/\\$/, '').trimEnd();
  }
  return lines;
}

/** Without what follows a # that starts a word. */
export function withoutComment(text: string): string {
  return text.replace(/(^|\s)#(?![!{]).*$/, '$1');
}
