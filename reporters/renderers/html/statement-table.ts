import type { Statement } from '../../../contract/flow/statement.ts';
import { amount } from '../words.ts';
import { holdsBadge } from './icons.ts';
import { markup, type Markup } from './markup.ts';
import { table } from './section.ts';

/** Comparisons as a table. */
export function statementTable(caption: string, statements: readonly Statement[]): Markup {
  return table(
    caption,
    [{ title: 'Comparison' }, { title: 'Result' }, { title: 'Measured' }, { title: 'Expected' }],
    statements.map((statement) => [
      markup`${statement.name}`,
      holdsBadge(statement.ok),
      markup`${amount(statement.measured, statement.unit)}`,
      markup`${amount(statement.expected, statement.unit)}`,
    ]),
  );
}
