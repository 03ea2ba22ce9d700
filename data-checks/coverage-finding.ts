import { Unavailable } from '../contract/cannot-tell.ts';
import type { CoveredTable } from '../contract/evidence/coverage.ts';
import type { Finding } from '../contract/evidence/finding.ts';
import { unknownFinding } from '../contract/evidence/unknown-finding.ts';
import type { Situation, TableSituation } from './coverage-reader.ts';

/** Tables that a sentence names before it says how many more there are. */
const MOST_NAMED = 12;

/** Whether each table of old is compared, or left out with a reason. Pure. */
export function coverageFinding(situation: Situation | Unavailable): Finding {
  const check = 'tables-are-covered';
  if (situation instanceof Unavailable) return unreachable(check, situation);
  const { tables, notes } = situation;
  const of = (state: CoveredTable['state']): readonly TableSituation[] =>
    tables.filter((table) => table.state === state);
  const [compared, excluded, empty, loose] = [
    of('compared'),
    of('excluded'),
    of('empty'),
    of('not-compared'),
  ];
  const counts = [
    `${compared.length} of ${some(tables.length, 'table')} of old compared`,
    ...(excluded.length > 0 ? [`${excluded.length} left out by the plan`] : []),
    ...(empty.length > 0 ? [`${empty.length} empty on old`] : []),
  ].join(', ');
  const common = {
    check,
    sampleSize: tables.length,
    detail: coverageDetail(tables, notes),
  };
  if (tables.length === 0) {
    return {
      ...common,
      outcome: 'unknown',
      cause: 'nothing-compared',
      summary: 'The old database has no tables: is it the right one?',
      remedy: 'Correct the address of the old database, or the role that reads it',
    };
  }
  if (loose.length > 0) {
    return {
      ...common,
      outcome: 'unknown',
      cause: 'tables-not-compared',
      summary: `${counts}; nobody compares ${listed(loose)}`,
      measured: loose.length,
      expected: 0,
      unit: loose.length === 1 ? 'table that nobody compares' : 'tables that nobody compares',
      remedy:
        'Map each in data.tables, compare all others by their names with data.otherTables, or leave it out in data.except and say why',
    };
  }
  return { ...common, outcome: 'pass', summary: counts };
}

/** That no table lost all its rows, compared or not. Pure. */
export function emptiedFinding(situation: Situation | Unavailable): Finding {
  const check = 'no-table-became-empty';
  if (situation instanceof Unavailable) return unreachable(check, situation);
  // Where the plan says why no rows are right, and where new has no such table, other checks speak.
  const asked = situation.tables.filter((table) => table.emptyBecause === null);
  const emptied = asked.filter((table) => (table.oldRows ?? 0) > 0 && table.newRows === 0);
  const unread = asked.filter(
    (table) =>
      table.because !== null && (table.oldRows === null || (hasPartner(table) && table.newRows === null)),
  );
  const looked = asked.filter((table) => table.oldRows !== null && table.newRows !== null);
  const common = { check, sampleSize: looked.length };
  if (emptied.length > 0) {
    return {
      ...common,
      outcome: 'fail',
      cause: 'tables-emptied',
      summary: `${some(emptied.length, 'table')} had rows on old and ${emptied.length === 1 ? 'has' : 'have'} none on new: ${listed(emptied)}`,
      measured: emptied.length,
      expected: 0,
      unit: emptied.length === 1 ? 'emptied table' : 'emptied tables',
      remedy: 'Find out which step of the migration left it out, or say in data.except why it starts anew',
    };
  }
  if (unread.length > 0) {
    return {
      ...common,
      outcome: 'unknown',
      cause: 'unreadable',
      summary: `${some(unread.length, 'table')} could not be looked at: ${listed(unread)}`,
      remedy: 'Make them readable for the roles of both databases, then repeat',
    };
  }
  if (looked.length === 0) {
    return {
      ...common,
      outcome: 'unknown',
      cause: 'nothing-compared',
      summary: 'No table of old has a counterpart on new: nothing was looked at',
      remedy: 'Correct the addresses of the two databases, or map the tables in data.tables',
    };
  }
  return { ...common, outcome: 'pass', summary: `${some(looked.length, 'table')} looked at` };
}

/** Where neither side has a list of its tables. */
export function coverageUnknown(check: string): Finding {
  return {
    check,
    outcome: 'not-applicable',
    cause: 'no-list-of-tables',
    summary:
      'Only PostgreSQL, MariaDB and MySQL say which tables they have: nobody knows which tables are not compared',
  };
}

function coverageDetail(tables: readonly TableSituation[], notes: readonly string[]): Finding['detail'] {
  return { kind: 'coverage', coverage: { tables: tables.map(reported), notes: [...notes] } };
}

function hasPartner(table: TableSituation): boolean {
  return table.twin !== null || table.by.length > 0;
}

function reported({ twin: _twin, emptyBecause: _reason, ...table }: TableSituation): CoveredTable {
  return table;
}

function unreachable(check: string, error: Unavailable): Finding {
  return unknownFinding(check, error, {
    summary: `The tables of both sides could not be listed: ${error.message}`,
  });
}

/** `orders (12 rows; none on new), ...` */
function listed(tables: readonly TableSituation[]): string {
  const first = [...tables].sort((a, b) => (b.oldRows ?? 0) - (a.oldRows ?? 0)).slice(0, MOST_NAMED);
  const rest = tables.length - first.length;
  return `${first.map((table) => `${table.table} (${rowsOf(table)})`).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function rowsOf({ oldRows, newRows, more, because, twin, by }: TableSituation): string {
  if (oldRows === null) return because ?? 'could not be counted';
  // Of a table that is compared it was only asked whether it has rows.
  if (by.length > 0) return newRows === 0 ? 'rows on old, none on new' : (because ?? 'has rows');
  const old = `${more ? 'more than ' : ''}${some(oldRows, 'row')}`;
  if (twin === null) return `${old}, no table of this name on new`;
  if (newRows === null) return `${old}; new: ${because ?? 'could not be counted'}`;
  if (newRows === 0) return `${old}, none on new`;
  return newRows === oldRows ? old : `${old}, ${newRows} on new`;
}

function some(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
