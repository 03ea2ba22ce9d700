import { createLineRedactor } from '../../safety/line-redactor.ts';
import type { Redactor } from '../../safety/redactor.ts';
import { withoutColours } from '../words.ts';

const FIRST_LINES = 10;
const LAST_LINES = 30;
const LONGEST_LINE = 300;

/** What a program printed, as far as a report shows it: the first and the last lines, without secrets. */
export interface OutputExcerpt {
  readonly write: (from: 'stdout' | 'stderr', piece: string) => void;
  /** The lines so far, and between them how many were left out. */
  readonly lines: () => readonly string[];
}

/** Makes an excerpt that redacts before it cuts: a secret that is cut in two is not found any more. */
export function createOutputExcerpt(redactor: Redactor): OutputExcerpt {
  // One for each stream: a line of one may come between two pieces of the other.
  const redactors = { stdout: createLineRedactor(redactor), stderr: createLineRedactor(redactor) };
  const first: string[] = [];
  const last: string[] = [];
  let left = 0;
  const take = (text: string): void => {
    for (const raw of text.split(/\r?\n/)) {
      const line = withoutColours(raw).trimEnd();
      if (line === '') continue;
      const shown = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
      if (first.length < FIRST_LINES) first.push(shown);
      else {
        last.push(shown);
        if (last.length > LAST_LINES) {
          last.shift();
          left += 1;
        }
      }
    }
  };
  return {
    write: (from, piece) => take(redactors[from].write(piece)),
    lines: () => {
      for (const one of Object.values(redactors)) take(one.flush());
      return [...first, ...(left > 0 ? [`… ${left} lines left out …`] : []), ...last];
    },
  };
}
