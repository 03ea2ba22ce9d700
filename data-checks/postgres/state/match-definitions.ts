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
  const twins = new Map(next.map((row) => [identity(row), row]));
  const said = new Set(old.map(identity));
  const free = new Map<string, StateRow[]>();
  for (const row of next) {
    if (said.has(identity(row))) continue;
    free.set(row.within ?? '', [...(free.get(row.within ?? '') ?? []), row]);
  }
  return old.map((row): Fate => {
    const now = twins.get(identity(row));
    if (now !== undefined) return { row, fate: 'kept', now };
    const rest = free.get(row.within ?? '') ?? [];
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
  const said = new Set(old.map(identity));
  const names = new Set(old.map(nameOf));
  const twins = new Set(matchDefinitions(old, next).map(({ now }) => now));
  return next.filter(
    (row) =>
      relations.has(row.within) && !said.has(identity(row)) && !names.has(nameOf(row)) && !twins.has(row),
  );
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
