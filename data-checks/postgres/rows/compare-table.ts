import { CannotTell } from '../../../contract/cannot-tell.ts';
import type { Table } from '../catalog.ts';
import { rewrittenSince, rewrittenText } from '../rewritten.ts';
import { unreadableReason } from '../unreadable.ts';
import { allSettled } from './all-settled.ts';
import { type TableAnswer, notChecked } from './table-answer.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Differences } from './differences.ts';
import { type Found, findRows } from './find-rows.ts';
import type { Work } from './work.ts';
import { countRows } from './count-rows.ts';
import { findWritten } from './find-written.ts';
import { type Hashing, sideSql } from './hashing.ts';
import { type Meter, OutOfTime } from './meter.ts';
import { type Pairing, PairingError, pairTables } from './pairing.ts';
import { MOST_RECHECKED, recheck } from './recheck.ts';
import { showCells } from './show-cells.ts';
import type { Segment } from './segment.ts';
import { shareOf } from './share.ts';
import { isLostSide, type Side, sideOfError } from './side.ts';
import type { RowDifference, TableDiff, TablePair } from './table-diff.ts';

export interface CompareOptions {
  readonly hashing: Hashing;
  /** Differing rows that are listed; all are counted. */
  readonly mostShown: number;
  readonly values: 'masked' | 'shown';
  /** Rows are only counted, in one statement for each side. */
  readonly quick?: boolean;
  /** Compares one segment's share only. */
  readonly segment?: Segment;
  /** How differing rows are read again while both sides are in use; absent: what the snapshots show is the answer. */
  readonly recheck?: { readonly pauses: readonly number[]; readonly arrived: () => Promise<void> };
}

/** One attempt to compare one table. */
export interface Attempt {
  readonly sides: readonly [Side, Side];
  readonly pair: TablePair;
  readonly old: Table;
  readonly new: Table;
  /** What earlier attempts have read already. */
  readonly checkpoint: Checkpoint;
  readonly meter: Meter;
}

/**
 * Compares one table. Whatever keeps it from being compared completely is an answer too, and never `equal`.
 * @throws Error when a side is lost: then it has to be opened again
 */
export async function compareTable(attempt: Attempt, options: CompareOptions): Promise<TableDiff> {
  const { sides, pair, old, new: next } = attempt;
  const started = performance.now();
  const done = (answer: TableAnswer): TableDiff => ({
    old: old.shown,
    new: next.shown,
    ...answer,
    seconds: (performance.now() - started) / 1000,
  });
  if (sides[0].main.database === sides[1].main.database && old.oid === next.oid && asksTheSame(pair)) {
    const reason = `${old.shown} of old and ${next.shown} of new are one table of one server: it would be compared with itself`;
    return done(notChecked('same-table', reason));
  }
  for (const [side, table] of [
    ['old', old],
    ['new', next],
  ] as const) {
    if (table.unreadable !== undefined)
      return done(notChecked('unreadable', `${side}: ${table.shown}: ${table.unreadable}`));
  }
  let pairing: Pairing;
  try {
    pairing = pairTables(pair, old, next);
  } catch (error) {
    if (!(error instanceof PairingError)) throw error;
    return done(notChecked('columns-differ', error.message));
  }
  try {
    const compared = await comparePaired(attempt, pairing, options);
    const rewritten = await rewrittenMeanwhile(attempt);
    const answer = rewritten === undefined ? compared : unstable(compared, rewritten, 'rewritten');
    // Its locks would be held to the end: they keep others from altering the table, and fill the server's lock table.
    await Promise.all(sides.map((side) => side.recover()));
    return done(answer);
  } catch (error) {
    if (isLostSide(error)) throw error;
    await Promise.all(sides.map((side) => side.recover()));
    const rewritten = await rewrittenMeanwhile(attempt);
    if (rewritten !== undefined) {
      const facts = { ...notChecked('rewritten', rewritten), ...described(pairing, options) };
      return done(unstable(facts, rewritten, 'rewritten'));
    }
    const answer =
      error instanceof OutOfTime
        ? notChecked('over-budget', 'The time for the comparison was over in the middle of the table')
        : error instanceof CannotTell
          ? notChecked(error.word, error.message)
          : notChecked('unreadable', whichSide(attempt, error));
    return done({ ...described(pairing, options), ...answer });
  }
}

/** `old: shop.orders: ...`: which of the two could not be read. */
function whichSide({ old, new: next }: Attempt, error: unknown): string {
  const side = sideOfError(error);
  const place = side === undefined ? '' : `${side}: ${(side === 'old' ? old : next).shown}: `;
  return `${place}${unreadableReason(error)}`;
}

/** Why what the snapshots show of the two tables is not what was in them. */
async function rewrittenMeanwhile({ sides, old, new: next }: Attempt): Promise<string | undefined> {
  const found = await allSettled<[readonly string[], readonly string[]]>([
    rewrittenSince(sides[0].main.client, [old.oid]),
    rewrittenSince(sides[1].main.client, [next.oid]),
  ]);
  const texts = found.flatMap((tables, index) =>
    tables.length === 0 ? [] : [`${index === 0 ? 'old' : 'new'}: ${rewrittenText(tables)}`],
  );
  return texts.length === 0 ? undefined : texts.join('; ');
}

/** Within one table, two filters or two columns can still be compared; the same rows and columns can't. */
function asksTheSame({ oldWhere, newWhere, columns, newAs }: TablePair): boolean {
  const renamed = Object.entries(columns ?? {}).some(([before, after]) => before !== after);
  return oldWhere === newWhere && !renamed && Object.keys(newAs ?? {}).length === 0;
}

function described(pairing: Pairing, options: CompareOptions) {
  return {
    key: pairing.key.map((column) => column.name),
    columns: pairing.columns.map((column) => column.name),
    notCompared: [
      ...pairing.notCompared,
      ...(pairing.pair.oldWhere === undefined ? [] : [`rows of old outside: ${pairing.pair.oldWhere}`]),
      ...(pairing.pair.newWhere === undefined ? [] : [`rows of new outside: ${pairing.pair.newWhere}`]),
    ],
    hash: options.hashing,
  };
}

async function comparePaired(
  attempt: Attempt,
  whole: Pairing,
  options: CompareOptions,
): Promise<TableAnswer> {
  if (options.segment === undefined) return compareRows(attempt, whole, options);
  const { share, conditions } = await shareOf(whole, options.segment, attempt.sides, options.hashing);
  if (share.kind === 'none') {
    const reason = 'The table is small: another segment compares all of it';
    return { ...described(whole, options), ...notChecked('other-segment', reason), share };
  }
  const answer = await compareRows(attempt, { ...whole, share: conditions }, options);
  return { ...answer, share };
}

async function compareRows(
  attempt: Attempt,
  pairing: Pairing,
  options: CompareOptions,
): Promise<TableAnswer> {
  const { sides, checkpoint, meter } = attempt;
  const sql = [
    sideSql(pairing, 'old', options.hashing, sides[0].version),
    sideSql(pairing, 'new', options.hashing, sides[1].version),
  ] as const;
  const work: Work = { pairing, sides, sql, checkpoint, meter, hashing: options.hashing };
  if (options.quick === true) return countRows(work, described(pairing, options));
  const kept =
    options.recheck === undefined ? options.mostShown : Math.max(MOST_RECHECKED, options.mostShown);
  const found: Found = await (pairing.pair.direction === 'rollback' && pairing.pair.since !== undefined
    ? findWritten(work, pairing.pair.since, kept)
    : findRows(work, kept));
  const { old, new: next, differ, differences } = found;
  const facts = {
    ...described(pairing, options),
    ...(pairing.pair.direction === 'rollback' && pairing.pair.since !== undefined
      ? {
          notCompared: [
            ...described(pairing, options).notCompared,
            `rows of new before ${pairing.pair.since.at}`,
          ],
        }
      : {}),
    oldRows: Number(old),
    newRows: Number(next),
    ...countsOf(differences),
  };
  if (found.notLocated !== undefined) return notLocated(attempt, facts, found, options);
  if (differences.any) {
    return options.recheck === undefined
      ? different(work, facts, differences, options)
      : rechecked(work, facts, differences, { ...options, recheck: options.recheck });
  }
  if (differ && differences.later === 0) {
    return unstable(
      facts,
      'Sums over the rows differ, but read again no row does: a filter or an expression gives something else each time',
    );
  }
  const nothing = pairing.pair.direction === 'rollback' ? next === 0n : old === 0n;
  if (nothing && pairing.pair.emptyBecause === undefined) {
    return {
      ...facts,
      ...notChecked('nothing-compared', nothingReason(pairing.pair)),
      oldRows: Number(old),
      newRows: Number(next),
    };
  }
  return equal(facts, nothing ? `No rows, as expected: ${pairing.pair.emptyBecause ?? ''}` : undefined);
}

/** Sums over all rows say that they differ; which ones do could not be read. */
function notLocated(
  attempt: Attempt,
  facts: Facts,
  { differences, notLocated: error }: Found,
  options: CompareOptions,
): TableAnswer {
  const { pair } = attempt;
  const why = error instanceof OutOfTime ? 'the time for the comparison was over' : whichSide(attempt, error);
  const reason = `The rows differ (${facts.oldRows ?? 0} on old, ${facts.newRows ?? 0} on new); which of them could not be read: ${why}`;
  const unknown = { missing: null, extra: null, changed: null, later: null };
  // Rows that are left out one by one, or read again, and SQL of the plan: sums alone don't prove a difference then.
  const proved =
    pair.since === undefined &&
    pair.oldWhere === undefined &&
    pair.newWhere === undefined &&
    Object.keys(pair.newAs ?? {}).length === 0 &&
    options.recheck === undefined;
  return proved
    ? {
        ...facts,
        ...unknown,
        answer: 'different',
        cause: 'not-located',
        reason,
        differences: differences.first.slice(0, options.mostShown),
      }
    : { ...facts, ...unknown, answer: 'not-checked', cause: 'not-located', reason, differences: [] };
}

function nothingReason({ direction, since }: TablePair): string {
  return direction === 'rollback' && since !== undefined
    ? `New wrote no rows since ${since.at}, so nothing was compared`
    : 'There are no rows on either side, so nothing was compared';
}

type Facts = Omit<TableAnswer, 'answer' | 'cause' | 'reason' | 'differences'>;

function unstable(facts: Facts, reason: string, cause = 'unstable'): TableAnswer {
  return {
    ...facts,
    missing: null,
    extra: null,
    changed: null,
    answer: 'unstable',
    cause,
    reason,
    differences: [],
  };
}

function countsOf({ missing, extra, changed, later }: Differences) {
  return { missing, extra, changed, later };
}

function equal(facts: Facts, reason?: string): TableAnswer {
  const later = facts.later ?? 0;
  const compared = `${facts.oldRows ?? 0} rows are equal`;
  return {
    ...facts,
    answer: 'equal',
    cause: 'equal',
    reason:
      reason ??
      (later === 0 ? compared : `Rows are equal, except ${later} that new wrote since the cut-over`),
    notCompared: [
      ...facts.notCompared,
      ...(later === 0 ? [] : [`${later} rows that new wrote since the cut-over`]),
    ],
    differences: [],
  };
}

async function different(
  work: Work,
  facts: Facts,
  { first }: Pick<Differences, 'first'>,
  options: CompareOptions,
  more = '',
): Promise<TableAnswer> {
  const listed = first.slice(0, options.mostShown);
  const { rows, problem = '' } = await withCells(work, listed, options.values);
  return {
    ...facts,
    answer: 'different',
    cause: 'rows-differ',
    reason: `${differenceText(work, facts)}${more}${problem}`,
    differences: rows,
  };
}

/** The columns that differ are good to know; that they can't be read changes nothing about the rows. */
async function withCells(
  work: Work,
  rows: readonly RowDifference[],
  values: 'masked' | 'shown',
): Promise<{ readonly rows: readonly RowDifference[]; readonly problem?: string }> {
  const unread = (why: string): { rows: readonly RowDifference[]; problem: string } => ({
    rows,
    problem: ` (in which columns could not be read: ${why})`,
  });
  if (work.checkpoint.withoutCells === true) return unread('the connection was lost');
  try {
    return { rows: await showCells(work, rows, values) };
  } catch (error) {
    if (isLostSide(error)) {
      work.checkpoint.withoutCells = true;
      throw error;
    }
    await Promise.all(work.sides.map((side) => side.recover()));
    return unread(unreadableReason(error));
  }
}

function differenceText({ pairing }: Work, { missing, extra, changed, later }: Facts): string {
  if (pairing.pair.direction === 'rollback') {
    const back = (missing ?? 0) === 0 ? '' : `, and ${missing ?? 0} would come back`;
    return `A roll-back would lose ${extra ?? 0} rows that old lacks, and ${changed ?? 0} that it has otherwise${back}`;
  }
  const more = (later ?? 0) === 0 ? '' : `; ${later ?? 0} more were written on new since the cut-over`;
  return `${missing ?? 0} rows are missing, ${extra ?? 0} are extra, ${changed ?? 0} are changed${more}`;
}

/** The answer while both sides are in use: only rows that stand still and differ count. */
async function rechecked(
  work: Work,
  facts: Facts,
  found: Differences,
  options: CompareOptions & Required<Pick<CompareOptions, 'recheck'>>,
): Promise<TableAnswer> {
  const all = found.missing + found.extra + found.changed;
  if (work.pairing.key.length === 0) {
    return unstable(
      facts,
      `${all} rows differed; the table has no key, so they can't be read again: compare it when nobody writes`,
    );
  }
  const { pauses, arrived } = options.recheck;
  const { differences, moving, later } = await recheck(work, found.first, pauses, arrived);
  const settled = { ...facts, ...countsOf(differences), later: found.later + later };
  const unread = all - found.first.length;
  if (unread > 0 && differences.any) {
    return different(work, facts, differences, options, ` (${found.first.length} of them were read again)`);
  }
  if (unread > 0)
    return unstable(facts, `${all} rows differed, and those that were read again do not any more`);
  if (differences.any) {
    const still = moving === 0 ? '' : `; ${moving} more still change`;
    return different(work, settled, differences, options, still);
  }
  return moving > 0
    ? unstable(facts, `${moving} rows differ and still change after ${pauses.length} re-reads`)
    : equal(settled, `${all} rows that differed at first were equal when read again; all others are equal`);
}
