import { propertyName, quoted } from '../../host/typescript-source.ts';
import type { KnownTable } from './inventory.ts';
import { renamedColumns } from './pair-names.ts';

/** A mapping of one table that a person would finish. */
export interface MappingDraft {
  readonly old: string;
  readonly new: string;
  /** Old name -> new name. */
  readonly columns: Readonly<Record<string, string>>;
  /** Columns without a counterpart, and others that would have to be left out. */
  readonly exclude: readonly string[];
  /** Old column -> a policy as TypeScript. */
  readonly policies: Readonly<Record<string, string>>;
  readonly key: readonly string[];
  /** A column of new that tells when a row was written. */
  readonly since: string | undefined;
  /** Whether rows of old would have to be named that were left behind on purpose. */
  readonly filter: boolean;
}

/** How the columns of two tables differ. */
export interface ColumnDifferences {
  readonly oldOnly: readonly string[];
  /** Columns of new alone that every row needs. */
  readonly newOnly: readonly string[];
  /** Columns of new alone that may be NULL or have a default. */
  readonly added: readonly string[];
  /** Old name -> new name, by their types and names. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Columns of the key whose types differ, and how: `id (integer, uuid)`. */
  readonly keyTypes: ReadonlyMap<string, string>;
}

/** What the columns of two tables do not have in common. */
export function columnDifferences(old: KnownTable, next: KnownTable): ColumnDifferences {
  const names = (table: KnownTable): ReadonlySet<string> =>
    new Set(table.columns.map(({ name }) => name.toLowerCase()));
  const [before, after] = [names(old), names(next)];
  const lost = old.columns.filter(({ name }) => !after.has(name.toLowerCase()));
  const gained = next.columns.filter(({ name, computed }) => !computed && !before.has(name.toLowerCase()));
  const renamed = renamedColumns(lost, gained);
  const targets = new Set(renamed.values());
  const left = gained.filter(({ name }) => !targets.has(name));
  return {
    oldOnly: lost.filter(({ name }) => !renamed.has(name)).map(({ name }) => name),
    newOnly: left.filter((column) => !column.mayBeLeftOut).map(({ name }) => name),
    added: left.filter((column) => column.mayBeLeftOut).map(({ name }) => name),
    renamed,
    keyTypes: keyTypes(old, next),
  };
}

/** Numbers that became UUIDs can't find their twins. */
function keyTypes(old: KnownTable, next: KnownTable): ReadonlyMap<string, string> {
  return new Map(
    old.key.flatMap((name) => {
      const of = (table: KnownTable): string =>
        table.columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.type ?? '';
      const [before, after] = [of(old), of(next)];
      const becameUuid = /^uuid$/i.test(after) && !/uuid|char|text|binary/i.test(before);
      return becameUuid ? [[name, `${name} (${before}, ${after})`] as const] : [];
    }),
  );
}

/** The mapping that the differences of the columns ask for. */
export function draftOf(old: KnownTable, next: KnownTable, columns: ColumnDifferences): MappingDraft {
  return {
    old: old.shown,
    new: next.shown,
    columns: Object.fromEntries(columns.renamed),
    exclude: [...columns.keyTypes.keys(), ...columns.oldOnly, ...columns.newOnly],
    policies: {},
    // Which columns say the same on both sides, a person knows: an empty name is refused.
    key: columns.keyTypes.size > 0 ? [''] : [],
    since: undefined,
    filter: false,
  };
}

/** The draft as an element of `data.tables`. Reasons are left empty: a plan is refused until somebody writes them. */
export function draftText(draft: MappingDraft): string {
  const name = draft.old.replaceAll('"', '').replace(/^public\./, '');
  const id = `${
    name
      .replaceAll(/[^A-Za-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .toLowerCase() || 'table'
  }-preserved`;
  const lines = [
    `id: ${quoted(id)},`,
    `title: ${quoted(`Every row of ${name} was moved`)},`,
    draft.filter ? `old: { table: ${quoted(draft.old)}, where: '' },` : `old: ${quoted(draft.old)},`,
    `new: ${quoted(draft.new)},`,
    `compare: 'rows',`,
    ...(draft.key.length === 0 ? [] : [`key: [${draft.key.map(quoted).join(', ')}],`]),
    ...record('columns', draft.columns, quoted),
    ...record('policies', draft.policies, (policy) => policy),
    ...record('exclude', Object.fromEntries(draft.exclude.map((column) => [column, ''])), quoted),
    ...(draft.since === undefined ? [] : [`since: { column: ${quoted(draft.since)}, at: '' },`]),
  ];
  return ['{', ...lines.map((line) => `  ${line}`), '},'].join('\n');
}

function record(
  name: string,
  values: Readonly<Record<string, string>>,
  show: (value: string) => string,
): string[] {
  const entries = Object.entries(values).map(([column, value]) => `${propertyName(column)}: ${show(value)}`);
  return entries.length === 0 ? [] : [`${name}: { ${entries.join(', ')} },`];
}
