import type { Shown, Statement } from '../contract/flow/statement.ts';

/** What a statement expected, without the preamble of schema messages that repeats what was measured. */
export function expectedWords(statement: Statement): Shown {
  if (typeof statement.expected !== 'string') return statement.expected;
  return statement.expected.replace(/^Invalid input: expected (.+), received [^,]+$/, '$1');
}

/** A statement that does not hold, in words: `total: 1999, expected 2000`. */
export function wrongWords(statement: Statement): string {
  const unit = statement.unit ? ` ${statement.unit}` : '';
  return `${statement.name}: ${String(statement.measured)}${unit}, expected ${String(expectedWords(statement))}${unit}`;
}

/** The first statement that does not hold. */
export function firstWrong(statements: readonly Statement[]): Statement | undefined {
  return statements.find((statement) => !statement.ok);
}

/** Text without the colours that Playwright puts into its messages. */
export function withoutColours(text: string): string {
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}
