import type { KnownColumn, KnownTable } from './inventory.ts';

/** A table of new alone that may be one of old under another name. */
export interface RenamedTable {
  readonly table: KnownTable;
  /** How many of old's columns it has, by their names. */
  readonly shared: number;
}

/** At least so many of old's columns must be there under their own names. */
const LEAST_SHARED = 0.6;

/** The table that is most like one of old, by its columns and then by its name. */
export function renamedTable(old: KnownTable, candidates: readonly KnownTable[]): RenamedTable | undefined {
  const wanted = new Set(old.columns.map(({ name }) => name.toLowerCase()));
  const [best] = candidates
    .map((table) => ({
      table,
      shared: table.columns.filter(({ name }) => wanted.has(name.toLowerCase())).length,
    }))
    // A key and a time are in every second table.
    .filter(({ shared }) => shared >= 2 && shared >= LEAST_SHARED * wanted.size)
    .sort((a, b) => b.shared - a.shared || alike(b.table.name, old.name) - alike(a.table.name, old.name));
  if (best === undefined) return undefined;
  return best.shared < wanted.size && alike(best.table.name, old.name) === 0 ? undefined : best;
}

/** Columns of old and new that nobody has paired yet, of one type and with names that share a word: old -> new. */
export function renamedColumns(
  olds: readonly KnownColumn[],
  news: readonly KnownColumn[],
): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const old of olds) {
    const [best] = news
      .filter(({ name, type }) => ![...pairs.values()].includes(name) && kindOf(type) === kindOf(old.type))
      .map(({ name }) => ({ name, likeness: alike(name, old.name) }))
      .filter(({ likeness }) => likeness > 0)
      .sort((a, b) => b.likeness - a.likeness);
    if (best !== undefined) pairs.set(old.name, best.name);
  }
  return pairs;
}

/** A type without its length: `varchar(20)` may have become `varchar(40)`, and `int(10) unsigned` an `integer`. */
function kindOf(type: string): string {
  const plain = type.toLowerCase().replaceAll(/\(.*?\)/g, '');
  if (/int|serial/.test(plain)) return 'integer';
  if (/char|text|enum|json|uuid/.test(plain)) return plain.includes('json') ? 'json' : 'text';
  if (/time|date/.test(plain)) return 'time';
  return /dec|num|float|double|real/.test(plain) ? 'number' : plain.trim();
}

/** How much two names have in common: their shared words against all of them; 0 to 1. */
function alike(one: string, other: string): number {
  const [a, b] = [wordsOf(one), wordsOf(other)];
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared / new Set([...a, ...b]).size;
}

function wordsOf(name: string): ReadonlySet<string> {
  return new Set(
    name
      .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((word) => word !== '')
      .map((word) => word.replace(/(?<=..)s$/, '')),
  );
}
