import type { TableDiff } from '../postgres/rows/table-diff.ts';
import { createdColumnOf, isWrittenByUse, migrationToolOf } from './habits.ts';
import type { KnownSide, KnownTable } from './inventory.ts';
import { columnDifferences, draftOf, draftText } from './mapping-draft.ts';
import { policyFor } from './policy-for.ts';
import type { Suggestion } from './suggestion.ts';

/** What a plan would have to say for the rows of a table that differ; nothing of it is in force. Pure. */
export function suggestRows(
  diff: TableDiff,
  old: KnownTable,
  next: KnownTable,
  dialect: KnownSide['dialect'],
): readonly Suggestion[] {
  // Said already, and in force.
  if (migrationToolOf(old) !== undefined) return [];
  const { missing, extra, changed, differences } = diff;
  const columns = [...new Set(differences.flatMap(({ cells }) => cells.map(({ column }) => column)))];
  const policies: Record<string, string> = {};
  const exclude: string[] = [];
  for (const column of columns) {
    const policy = policyFor(
      differences.flatMap(({ cells }) => cells.filter((cell) => cell.column === column)),
      dialect,
    );
    if (policy === undefined) exclude.push(column);
    else policies[column] = policy;
  }
  const between = columnDifferences(old, next);
  // Rows that can not find their twins are neither lost nor new.
  const paired = between.keyTypes.size === 0;
  const since = paired && (extra ?? 0) > 0 && dialect === 'postgres' ? createdColumnOf(next) : undefined;
  const filter = paired && (missing ?? 0) > 0;
  const draft = draftOf(old, next, between);
  const words = [
    `${old.shown}: ${counted(missing, 'missing')}, ${counted(extra, 'extra')}, ${counted(changed, 'changed')}.`,
    ...keyWords(between.keyTypes).map((word) => `${word}.`),
    ...(filter
      ? [
          'Lost rows are accepted by no key; where some were left behind on purpose, where says which rows count.',
        ]
      : []),
    ...(since === undefined
      ? []
      : [`Rows that new wrote itself since the switch are counted apart by since, with its moment in at.`]),
    ...(columns.length === 0
      ? []
      : [`Of ${differences.length} differing rows that were looked at: ${looked()}.`]),
    ...(exclude.some(isWrittenByUse)
      ? [`${exclude.filter(isWrittenByUse).join(', ')} may differ by design.`]
      : []),
  ];
  const nothing = columns.length === 0 && since === undefined && !filter && paired;
  return [
    {
      subject: old.shown,
      finding: nothing ? `${words[0] ?? ''} ${diff.reason}` : words.join(' '),
      key: nothing ? null : 'data.tables',
      text: nothing
        ? ''
        : draftText({
            ...draft,
            policies,
            exclude: [...new Set([...draft.exclude, ...exclude])],
            since,
            filter,
          }),
      inForce: false,
    },
  ];

  function looked(): string {
    return [
      ...Object.entries(policies).map(([column, policy]) => `${column} is equal with ${policy}`),
      ...exclude.map((column) => `${column} differs`),
    ].join('; ');
  }
}

/** What is wrong with a key that became one of another kind. */
export function keyWords(keyTypes: ReadonlyMap<string, string>): readonly string[] {
  if (keyTypes.size === 0) return [];
  const named = [...keyTypes.values()].join(', ');
  return [`its key has another kind on new: ${named}; name columns in key that say the same on both sides`];
}

function counted(rows: number | null, word: string): string {
  return rows === null ? `an unknown number ${word}` : `${rows} ${word}`;
}
