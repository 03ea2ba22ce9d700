import { MASK } from './secret-patterns.ts';
import type { Redactor } from './redactor.ts';

/** Longest unfinished line that is held back, in characters. */
const LONGEST_HELD = 1_000_000;

/** Redacts text that arrives in pieces. */
export interface LineRedactor {
  /** Takes the next piece and returns what can be passed on: whole lines, because a secret may be cut by a piece's end. */
  write(piece: string): string;
  /** Returns the unfinished line that was held back. */
  flush(): string;
}

/** Makes a redactor for one stream of text. */
export function createLineRedactor(redactor: Redactor): LineRedactor {
  let held = '';
  let insideKey = false;
  const release = (text: string): string => {
    // A private key is the one secret of many lines.
    let out = '';
    for (const line of text.split(/(?<=\n)/)) {
      const begins = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(line);
      const ends = /-----END [A-Z ]*PRIVATE KEY-----/.test(line);
      if (begins && !ends) {
        insideKey = true;
        out += redactor.text(line.replace(/-----BEGIN.*/s, '')) + MASK;
      } else if (!insideKey) {
        out += redactor.text(line);
      } else if (ends) {
        insideKey = false;
        out += redactor.text(line.replace(/^.*-----END [A-Z ]*PRIVATE KEY-----/s, ''));
      }
    }
    return out;
  };
  return {
    write: (piece) => {
      held += piece;
      let cut = held.lastIndexOf('\n') + 1;
      if (cut === 0 && held.length > LONGEST_HELD) cut = held.search(/\s\S*$/) + 1 || held.length;
      const whole = held.slice(0, cut);
      held = held.slice(cut);
      return whole === '' ? '' : release(whole);
    },
    flush: () => {
      const rest = held;
      held = '';
      return rest === '' ? '' : release(rest);
    },
  };
}
