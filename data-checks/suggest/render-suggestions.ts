import { block, comment, commentedOut } from '../../host/typescript-source.ts';
import type { Suggestion, SuggestedKey } from './suggestion.ts';

const EMPTY_REASONS =
  'What is commented out accepts a difference: take the slashes away only for what is meant, and write why between the quotes. ' +
  'A plan with an empty reason is refused.';

/** The part `data` of a plan about tables, as TypeScript lines: all tables by their names, except what is said. */
export function tablesPart(
  suggestions: readonly Suggestion[],
  more: { readonly head: string; readonly lines?: readonly string[] },
): string[] {
  const under = (key: SuggestedKey): string[] => linesUnder(suggestions, key);
  const told = suggestions.filter(({ key }) => key === null);
  const proposed = suggestions.some(({ inForce, key }) => !inForce && key !== null);
  return [
    ...comment(more.head),
    ...(proposed ? comment(EMPTY_REASONS) : []),
    block(
      'data: {',
      [
        ...(more.lines ?? []),
        ...told.flatMap(({ finding }) => comment(finding)),
        '// Every table of old with the one of its name on new, row by row.',
        `otherTables: { compare: 'rows' },`,
        ...under('data.addedColumns'),
        ...listed('except: {', under('data.except'), '},'),
        ...listed('tables: [', under('data.tables'), '],'),
      ],
      '},',
    ),
  ];
}

/** The part `data.state` of a plan, as TypeScript lines. */
export function statePart(suggestions: readonly Suggestion[], head: string): string[] {
  const told = suggestions.filter(({ key }) => key === null);
  const except = linesUnder(suggestions, 'data.state.except');
  return [
    ...comment(head),
    ...(except.length > 0 ? comment(EMPTY_REASONS) : []),
    block(
      'data: {',
      [
        block(
          'state: {',
          [...told.flatMap(({ finding }) => comment(finding)), ...listed('except: [', except, '],')],
          '},',
        ),
      ],
      '},',
    ),
  ];
}

function linesUnder(suggestions: readonly Suggestion[], key: SuggestedKey): string[] {
  return suggestions
    .filter((one) => one.key === key)
    .flatMap(({ finding, text, inForce }) => [
      ...comment(finding),
      ...(inForce ? text.split('\n') : commentedOut([text])),
    ]);
}

function listed(open: string, lines: readonly string[], close: string): string[] {
  return lines.length === 0 ? [] : [block(open, lines, close)];
}
