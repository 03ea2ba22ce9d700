import type { StateCheckId } from '../../../contract/plan/state-checks.ts';
import type { StateDefinition } from './definitions.ts';
import { addedDefinitions, matchDefinitions } from './match-definitions.ts';
import { comparePrinted } from './printed/compare-printed.ts';
import { showChange } from './show-change.ts';
import type { StateFinding, StateRow, Undecided } from './state.ts';

/** What a comparison found, and what it could not decide. */
export interface Judged {
  readonly findings: readonly StateFinding[];
  readonly undecided: readonly Undecided[];
}

type Kept = Extract<StateDefinition, { kind: 'kept' }>;

/** Judges what the old side had and the new one must have, in the same state. Pure. */
export function compareKept(
  check: StateCheckId,
  definition: Kept,
  old: readonly StateRow[],
  next: readonly StateRow[],
): Judged {
  const findings: StateFinding[] = [];
  const undecided: Undecided[] = [];
  const find = (
    severity: StateFinding['severity'],
    row: StateRow,
    summary: string,
    remedy = row.remedy,
  ): void => {
    findings.push({ check, severity, object: row.object, summary, remedy: remedy ?? '' });
  };
  const changed = (row: StateRow, now: StateRow): void => {
    const [before, after] = showChange(textOf(row), textOf(now));
    find(
      row.minor === true ? 'advisory' : definition.changed,
      row,
      `${row.object} was "${before}" and is "${after}"`,
    );
  };
  const lost = (row: StateRow): void =>
    find(row.minorLoss === true ? 'advisory' : definition.lost, row, `the new side has no ${row.object}`);
  const cannotTell = (row: StateRow, now: StateRow): void => {
    const [before, after] = showChange(textOf(row), textOf(now));
    undecided.push({
      object: row.object,
      summary: `${row.object} is printed as "${before}" on the old side and as "${after}" on the new one`,
    });
  };

  for (const { row, fate, now } of matchDefinitions(...both(old, next, true))) {
    if (fate === 'lost') lost(row);
    else if (now !== undefined && fate === 'changed') changed(row, now);
    else if (now !== undefined && fate === 'undecided') cannotTell(row, now);
  }

  const [named, namedNext] = both(old, next, false);
  const after = new Map(namedNext.map((row) => [row.object, row]));
  const missing = new Set<string>();
  for (const row of named) {
    const now = after.get(row.object);
    if (now === undefined) {
      if (row.mayGo === true) continue;
      missing.add(row.object);
      // A lost table is one finding, not one for each of its columns.
      if (!isPartOf(row.object, missing)) lost(row);
      continue;
    }
    const printed =
      (row.state ?? '') === (now.state ?? '')
        ? comparePrinted(row.definition ?? '', now.definition ?? '')
        : 'changed';
    if (printed === 'changed') changed(row, now);
    else if (printed === 'undecided') cannotTell(row, now);
  }
  for (const row of additions(named, namedNext)) {
    // Not as a change: a grant to everybody is what the old side had taken away.
    find(row.minor === true ? 'advisory' : 'blocking', row, `only the new side has ${row.object}`, row.undo);
  }
  return { findings, undecided };
}

/** Judges what only the new side has and what may refuse writes that the old one took. Pure. */
export function compareAdded(
  check: StateCheckId,
  old: readonly StateRow[],
  next: readonly StateRow[],
): readonly StateFinding[] {
  return addedDefinitions(old, next).flatMap((row): readonly StateFinding[] =>
    typeof row.problem === 'string'
      ? [
          {
            check,
            severity: row.minor === true ? 'advisory' : 'blocking',
            object: row.object,
            summary: `${row.object} ${row.problem}, and the old side does not have it`,
            remedy: row.remedy ?? '',
          },
        ]
      : [],
  );
}

function both(
  old: readonly StateRow[],
  next: readonly StateRow[],
  byDefinition: boolean,
): readonly [readonly StateRow[], readonly StateRow[]] {
  const chosen = (row: StateRow): boolean => (row.within !== undefined) === byDefinition;
  return [old.filter(chosen), next.filter(chosen)];
}

/** Rows of new alone that were added to what old has. */
function additions(old: readonly StateRow[], next: readonly StateRow[]): readonly StateRow[] {
  const things = new Set(old.flatMap(({ of }) => (typeof of === 'string' ? [of] : [])));
  const before = new Set(old.map((row) => row.object));
  return next.filter((row) => typeof row.of === 'string' && things.has(row.of) && !before.has(row.object));
}

function isPartOf(object: string, missing: ReadonlySet<string>): boolean {
  for (let dot = object.lastIndexOf('.'); dot > 0; dot = object.lastIndexOf('.', dot - 1)) {
    if (missing.has(object.slice(0, dot))) return true;
  }
  return false;
}

function textOf(row: StateRow): string {
  return [row.state, row.definition].filter((part) => typeof part === 'string' && part !== '').join(' ');
}
