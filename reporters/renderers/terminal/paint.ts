import type { CheckState, Decision } from '../../../contract/evidence/outcome.ts';
import type { Statement } from '../../../contract/flow/statement.ts';
import { amount, count } from '../words.ts';

type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';
/** Colours text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

const CODES: Record<Colour, readonly [number, number]> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
};

interface Look {
  readonly sign: string;
  readonly colour: Colour;
}

export const DECISION_LOOK: Record<Decision, Look> = {
  GO: { sign: '✔', colour: 'green' },
  NO_GO: { sign: '✖', colour: 'red' },
  INCONCLUSIVE: { sign: '?', colour: 'yellow' },
};

export const STATE_LOOK: Record<CheckState, Look> = {
  passed: { sign: '✔', colour: 'green' },
  empty: { sign: '∅', colour: 'dim' },
  failed: { sign: '✖', colour: 'red' },
  unknown: { sign: '?', colour: 'yellow' },
  flaky: { sign: '≈', colour: 'yellow' },
  'not-run': { sign: '○', colour: 'yellow' },
  'not-applicable': { sign: '–', colour: 'dim' },
};

/** More of one thing than these are for the page. */
export const MOST_SHOWN = 12;

/** @param colours whether the terminal takes colours */
export function painter(colours: boolean): Paint {
  return (colour, text) => {
    if (!colours) return text;
    const [on, off] = CODES[colour];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}

export function heading(title: string, size: number, paint: Paint): string {
  return paint('bold', `${title} (${size})`);
}

/** A heading and a line for each text; nothing at all without texts. `total` where one line stands for several. */
export function listSection(
  title: string,
  texts: readonly string[],
  paint: Paint,
  total = texts.length,
): readonly string[] {
  if (texts.length === 0) return [];
  return [heading(title, total, paint), ...texts.map((text) => `  - ${clean(text)}`), ''];
}

/** `    ✖ p95: 904.2 ms, limit <= 400 ms` @param against what the expected value is called */
export function statementLine(statement: Statement, against: string, paint: Paint, indent = '    '): string {
  const { sign, colour } = STATE_LOOK[statement.ok ? 'passed' : 'failed'];
  const measured = amount(statement.measured, statement.unit) ?? '';
  const expected = amount(statement.expected, statement.unit) ?? '';
  return `${indent}${paint(colour, sign)} ${clean(statement.name)}: ${clean(measured)}, ${against} ${clean(expected)}`;
}

/** `    and 3 more, in the report`, where some are not shown. */
export function moreLine(unshown: number): readonly string[] {
  return unshown > 0 ? [`    and ${count(unshown)} more, in the report`] : [];
}

/** A table whose columns line up. @param right indexes of the columns that stand right */
export function columns(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[],
  paint: Paint,
): readonly string[] {
  const cleaned = rows.map((row) => row.map(clean));
  const widths = head.map((title, index) =>
    Math.max(title.length, ...cleaned.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `  ${cells
      .map((cell, index) =>
        right.includes(index) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
      )
      .join('  ')}`.trimEnd();
  return [paint('dim', line(head)), ...cleaned.map(line)];
}

/** Text that came from a target must not steer the terminal, nor start lines of its own. */
export function clean(text: string): string {
  return text
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '')
    .replace(/\s*[\r\n]+\s*/g, '; ')
    .replace(/\p{Cc}|\p{Bidi_Control}/gu, '');
}
