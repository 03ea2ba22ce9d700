import { canonicalText, comparePrinted } from './printed/compare-printed.ts';
import type { StateRow } from './state.ts';

/** What became of one thing of the old side that is known by its definition. */
export interface Fate {
  readonly row: StateRow;
  /** `undecided`: with `now`, of which nobody can say whether it is the same. */
  readonly fate: 'kept' | 'changed' | 'undecided' | 'lost';
  readonly now?: StateRow;
}

/**
 * Finds the twin of each old row (with `within`) among the new ones: by its definition first, as it may be printed
 * otherwise, then by its name. Every new row is the twin of one old row at most, unless old says the same several times.
 */
export function matchDefinitions(old: readonly StateRow[], next: readonly StateRow[]): readonly Fate[] {
  const asPrinted = new Map(next.map((row) => [printed(row), row]));
  const open = old.filter((row) => !asPrinted.has(printed(row)));
  // Most are printed just so; only relations with one that is not are looked at closely.
  const relations = new Set(open.map(({ within }) => within));
  const near = next.filter(({ within }) => relations.has(within));
  const twins = new Map(near.map((row) => [identity(row), row]));
  const said = new Set(old.filter(({ within }) => relations.has(within)).map(identity));
  const free = new Map<string | undefined, StateRow[]>();
  for (const row of near) {
    if (said.has(identity(row))) continue;
    const others = free.get(row.within);
    if (others === undefined) free.set(row.within, [row]);
    else others.push(row);
  }
  return old.map((row): Fate => {
    const now = asPrinted.get(printed(row)) ?? twins.get(identity(row));
    if (now !== undefined) return { row, fate: 'kept', now };
    const rest = free.get(row.within) ?? [];
    const named = rest.find((one) => one.name === row.name);
    const like = named ?? rest.find((one) => compared(row, one) === 'undecided');
    if (like === undefined) return { row, fate: 'lost' };
    rest.splice(rest.indexOf(like), 1);
    return { row, now: like, fate: compared(row, like) === 'undecided' ? 'undecided' : 'changed' };
  });
}

/** New rows (with `within`) that no old row is the twin of, in relations that the old side has. */
export function addedDefinitions(old: readonly StateRow[], next: readonly StateRow[]): readonly StateRow[] {
  const relations = new Set(old.map((row) => row.within));
  const asPrinted = new Set(old.map(printed));
  const names = new Set(old.map(nameOf));
  const open = next.filter(
    (row) => relations.has(row.within) && !asPrinted.has(printed(row)) && !names.has(nameOf(row)),
  );
  const around = new Set(open.map(({ within }) => within));
  const near = old.filter(({ within }) => around.has(within));
  const said = new Set(near.map(identity));
  const twins = new Set(matchDefinitions(near, next).map(({ now }) => now));
  return open.filter((row) => !said.has(identity(row)) && !twins.has(row));
}

/** The same only for rows that are printed just so. */
function printed(row: StateRow): string {
  return [row.within, row.state, row.definition].join('\0');
}

function compared(old: StateRow, next: StateRow): ReturnType<typeof comparePrinted> {
  return old.state === next.state ? comparePrinted(old.definition ?? '', next.definition ?? '') : 'changed';
}

function identity(row: StateRow): string {
  return [row.within, row.state, canonicalText(row.definition ?? '')].join('\0');
}

function nameOf(row: StateRow): string {
  return [row.within, row.name].join('\0');
}
