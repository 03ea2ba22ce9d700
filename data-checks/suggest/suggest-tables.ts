import { quoted } from '../../host/typescript-source.ts';
import type { TableDiff } from '../postgres/rows/table-diff.ts';
import { isWrittenByUse, migrationToolOf, passingContentOf } from './habits.ts';
import { type Inventory, type KnownTable, twinOf } from './inventory.ts';
import { type ColumnDifferences, columnDifferences, draftOf, draftText } from './mapping-draft.ts';
import { renamedTable } from './pair-names.ts';
import { keyWords, suggestRows } from './suggest-rows.ts';
import type { Suggestion } from './suggestion.ts';

/**
 * What the tables of two databases do not have in common, by their catalogues alone, and what a plan would say to it. Pure.
 */
export function suggestTables(inventory: Inventory): readonly Suggestion[] {
  const pairs = inventory.old.tables.map((old) => ({ old, next: twinOf(old, inventory) }));
  const alone = newAlone(inventory);
  const renamed = renamedPairs(pairs, alone);
  return [
    ...pairs.flatMap(({ old, next }) =>
      next === undefined ? oldAlone(old, renamed.get(old)) : inBoth(old, next),
    ),
    ...addedColumns(pairs),
    ...together(
      pairs.filter(({ old, next }) => old.isEmpty === true && next?.isEmpty === true),
      'are empty on both sides, so nothing is compared and nothing can be lost',
    ),
    ...together(
      pairs.filter(({ old, next }) => next !== undefined && old.key.length === 0 && old.isEmpty === false),
      'have no key: rows are compared as a whole, and one that changed counts as missing and extra',
    ),
    ...together(
      alone
        .filter((table) => ![...renamed.values()].some((one) => one.table === table))
        .map((old) => ({ old })),
      NEW_ONLY,
    ),
    ...writtenByUse(pairs),
  ];
}

/**
 * The same after a comparison: only what kept tables from being equal, and what was found in their rows. Pure.
 * @param tables with the values of differing cells, where policies are to be found
 */
export function suggestAfterDiff(inventory: Inventory, tables: readonly TableDiff[]): readonly Suggestion[] {
  const olds = new Map(inventory.old.tables.map((table) => [table.shown, table]));
  const news = new Map(inventory.new.tables.map((table) => [table.shown, table]));
  const unequal = tables.filter(({ answer }) => answer !== 'equal');
  const compared = new Set(
    unequal.filter((table) => table.answer === 'different' && news.has(table.new)).map((table) => table.old),
  );
  const chosen = new Set(unequal.flatMap((table) => [table.old, table.new]));
  // What the catalogues tell about tables that turned out to be equal is no difference.
  const byCatalogue = suggestTables(inventory).filter(
    ({ subject, key }) =>
      chosen.has(subject) && key !== null && !(key === 'data.tables' && compared.has(subject)),
  );
  const renamedTo = new Set(
    byCatalogue.flatMap(({ text }) =>
      [...news.keys()].filter((name) => text.includes(`new: ${quoted(name)},`)),
    ),
  );
  const explained = new Set(byCatalogue.map(({ subject }) => subject));
  return [
    ...addedColumns(
      unequal.flatMap((table) => {
        const [old, next] = [olds.get(table.old), news.get(table.new)];
        return old === undefined || table.answer === 'different' ? [] : [{ old, next }];
      }),
    ),
    ...byCatalogue.filter(({ key }) => key !== 'data.addedColumns'),
    ...unequal.flatMap((table): readonly Suggestion[] => {
      const [old, next] = [olds.get(table.old), news.get(table.new)];
      if (table.cause === 'nothing-compared') return [];
      // Whether anybody would miss them was asked already.
      if (old !== undefined && next !== undefined && passingContentOf(old) !== undefined) return [];
      if (table.answer === 'different' && old !== undefined && next !== undefined)
        return suggestRows(table, old, next, inventory.old.dialect);
      if (explained.has(table.old) || (old === undefined && next !== undefined)) return [];
      return [onlyTold(table.old, `${table.answer}: ${table.reason}`)];
    }),
    ...together(
      unequal
        .filter(({ cause, new: name }) => cause === 'old-table-missing' && !renamedTo.has(name))
        .flatMap((table) => news.get(table.new) ?? [])
        .map((old) => ({ old })),
      NEW_ONLY,
    ),
    ...together(
      unequal
        .filter(({ cause }) => cause === 'nothing-compared')
        .flatMap(({ old }) => olds.get(old) ?? [])
        .map((old) => ({ old })),
      'are empty on both sides; otherTables takes that, a mapping of their own would need emptyBecause',
    ),
  ];
}

const NEW_ONLY = 'are on new only: nothing of old can be lost in them';

interface Pair {
  readonly old: KnownTable;
  readonly next?: KnownTable | undefined;
}

function newAlone(inventory: Inventory): readonly KnownTable[] {
  const twins = new Set(inventory.old.tables.map((table) => twinOf(table, inventory)));
  return inventory.new.tables.filter((table) => !twins.has(table));
}

function renamedPairs(
  pairs: readonly Pair[],
  alone: readonly KnownTable[],
): ReadonlyMap<KnownTable, { readonly table: KnownTable; readonly shared: number }> {
  const found = new Map<KnownTable, { readonly table: KnownTable; readonly shared: number }>();
  const left = new Set(alone);
  for (const { old, next } of pairs) {
    if (next !== undefined) continue;
    const candidate = renamedTable(old, [...left]);
    if (candidate === undefined) continue;
    left.delete(candidate.table);
    found.set(old, candidate);
  }
  return found;
}

function oldAlone(
  old: KnownTable,
  renamed: { readonly table: KnownTable; readonly shared: number } | undefined,
): readonly Suggestion[] {
  const tool = migrationToolOf(old);
  if (tool !== undefined) return [keptByTool(old, tool, 'It is on old only.')];
  if (renamed !== undefined) {
    const { table, shared } = renamed;
    const finding = `${old.shown} is on old only; ${table.shown} of new has ${shared} of its ${old.columns.length} columns`;
    return [
      {
        subject: old.shown,
        finding: `${finding}. If it is the same table, map it:`,
        key: 'data.tables',
        text: draftText(draftOf(old, table, columnDifferences(old, table))),
        inForce: false,
      },
    ];
  }
  if (old.isEmpty === true) return [onlyTold(old.shown, `${old.shown} is on old only, and empty`)];
  const what = passingContentOf(old);
  const holds = what === undefined ? '' : `, and by its name holds ${what}`;
  return [leftOut(old, `${old.shown} is on old only${holds}: its rows are lost. Left out, with the reason:`)];
}

function inBoth(old: KnownTable, next: KnownTable): readonly Suggestion[] {
  const tool = migrationToolOf(old);
  if (tool !== undefined) return [keptByTool(old, tool, '')];
  const unread = old.unreadable ?? next.unreadable;
  if (unread !== undefined) return [onlyTold(old.shown, `${old.shown} could not be described: ${unread}`)];
  const suggestions: Suggestion[] = [];
  const columns = columnDifferences(old, next);
  const differing = columnWords(columns, next);
  if (differing.length > 0) {
    suggestions.push({
      subject: old.shown,
      finding: `${old.shown}: ${differing.join('; ')}. Compared only once each column is mapped or left out:`,
      key: 'data.tables',
      text: draftText(draftOf(old, next, columns)),
      inForce: false,
    });
  }
  const what = passingContentOf(old);
  if (what !== undefined)
    suggestions.push(leftOut(old, `${old.shown} by its name holds ${what}. If nobody would miss them:`));
  const [side, lost] =
    old.notDurable === undefined ? (['new', next.notDurable] as const) : (['old', old.notDurable] as const);
  if (lost !== undefined)
    suggestions.push(leftOut(old, `${old.shown} ${lost} (${side}). If nobody would miss its rows:`));
  return suggestions;
}

function columnWords({ oldOnly, newOnly, renamed, keyTypes }: ColumnDifferences, next: KnownTable): string[] {
  return [
    ...keyWords(keyTypes),
    ...(renamed.size > 0
      ? [`maybe renamed: ${[...renamed].map(([from, to]) => `${from} to ${to}`).join(', ')}`]
      : []),
    ...(oldOnly.length > 0 ? [`on old only: ${oldOnly.join(', ')}`] : []),
    ...(newOnly.length > 0
      ? [
          `on ${next.shown} of new only, and never NULL: ${newOnly.join(', ')} (constants can say what they hold)`,
        ]
      : []),
  ];
}

function keptByTool(old: KnownTable, tool: string, more: string): Suggestion {
  return {
    subject: old.shown,
    finding: `${old.shown} is where ${tool} keeps which migrations ran. ${more}`.trim(),
    key: 'data.except',
    text: `${quoted(patternOf(old))}: ${quoted(`${tool} keeps its own migrations here: each release adds to it`)},`,
    // It holds nothing of the business, and differs after every release.
    inForce: true,
  };
}

/** A reason that only a person knows. */
function leftOut(old: KnownTable, finding: string): Suggestion {
  return {
    subject: old.shown,
    finding,
    key: 'data.except',
    text: `${quoted(patternOf(old))}: '',`,
    inForce: false,
  };
}

/** As `data.except` takes it: without the quotes of SQL. */
function patternOf({ schema, name }: KnownTable): string {
  return schema === '' ? name : `${schema}.${name}`;
}

function addedColumns(pairs: readonly Pair[]): readonly Suggestion[] {
  const added = pairs.flatMap(({ old, next }) =>
    next === undefined || (old.unreadable ?? next.unreadable) !== undefined
      ? []
      : columnDifferences(old, next).added.map((column) => `${next.shown}.${column}`),
  );
  if (added.length === 0) return [];
  return [
    {
      subject: 'columns',
      finding: `On new only, and NULL or with a default: ${most(added)}. If the release adds them on purpose:`,
      key: 'data.addedColumns',
      text: `addedColumns: 'expected',`,
      inForce: false,
    },
  ];
}

function writtenByUse(pairs: readonly Pair[]): readonly Suggestion[] {
  const columns = pairs.flatMap(({ old, next }) =>
    next === undefined || migrationToolOf(old) !== undefined
      ? []
      : old.columns.filter(({ name }) => isWrittenByUse(name)).map(({ name }) => `${old.shown}.${name}`),
  );
  if (columns.length === 0) return [];
  return [
    onlyTold(
      'columns',
      `Written while a system is used, so these may differ by design: ${most(columns)}. Where they do, ` +
        `\`greenlight data diff --suggest\` shows the mapping that leaves them out.`,
    ),
  ];
}

/** Several tables of which there is one thing to say. */
function together(pairs: readonly Pair[], what: string): readonly Suggestion[] {
  if (pairs.length === 0) return [];
  const names = pairs.map(({ old }) => old.shown);
  return [onlyTold('tables', `${most(names)} ${names.length === 1 ? singular(what) : what}`)];
}

function singular(what: string): string {
  return what
    .replace(/^are /, 'is ')
    .replace(/^have /, 'has ')
    .replace(/\bin them$/, 'in it');
}

const MOST_NAMED = 30;

function most(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** What no key accepts. */
function onlyTold(subject: string, finding: string): Suggestion {
  return { subject, finding, key: null, text: '', inForce: false };
}
