import type { Table } from '../postgres/catalog.ts';
import { type TableAnswer, notChecked } from '../postgres/rows/table-answer.ts';
import { type Meter, OutOfTime } from '../postgres/rows/meter.ts';
import { rewrittenSince, rewrittenText } from '../postgres/rewritten.ts';
import { PairingError } from '../postgres/rows/pairing.ts';
import type { TableDiff, TablePair } from '../postgres/rows/table-diff.ts';
import { isLostConnection, type Session } from '../postgres/session.ts';
import { unreadableReason } from '../postgres/unreadable.ts';
import { describeTable, type MysqlTable } from './catalog.ts';
import { findDifferences, type Found } from './find-differences.ts';
import { type Pairing, pairTables } from './pairing.ts';
import { newRow, oldRow, type Row } from './row-code.ts';
import { isLostMysql, type MysqlSession, quoteName } from './session.ts';

export interface CompareOptions {
  readonly mostShown: number;
  readonly values: 'masked' | 'shown';
}

/** One table of both sides. */
export interface Attempt {
  readonly old: MysqlSession;
  readonly new: Session;
  readonly pair: TablePair;
  /** As the old server spells it. */
  readonly oldName: string;
  readonly table: Table;
  readonly meter: Meter;
}

/** Compares one table. Whatever keeps it from being compared completely is an answer too, and never `equal`. */
export async function compareTable(attempt: Attempt, options: CompareOptions): Promise<TableDiff> {
  const started = performance.now();
  const done = (answer: TableAnswer): TableDiff => ({
    old: attempt.pair.old,
    new: attempt.table.shown,
    ...answer,
    seconds: (performance.now() - started) / 1000,
  });
  if (attempt.table.unreadable !== undefined) {
    return done(notChecked('unreadable', `new: ${attempt.table.shown}: ${attempt.table.unreadable}`));
  }
  let pairing: Pairing | undefined;
  try {
    const old = await describeTable(attempt.old, attempt.oldName).catch((error: unknown) => {
      throw new SideFailed('old', error);
    });
    const paired = (pairing = pairTables(attempt.pair, old, attempt.table));
    const found = await findDifferences(paired, (side) => rowsOf(attempt, paired, side), {
      ...options,
      estimatedRows: Math.max(old.estimatedRows, attempt.table.estimatedRows),
      tell: (rows) => attempt.meter.read('old', rows),
    });
    if (found.notLocated !== undefined && !(await proves(attempt, old, found.notLocated)))
      throw found.notLocated;
    const rewritten = await rewrittenSince(attempt.new.client, [attempt.table.oid]);
    if (rewritten.length > 0) {
      const reason = `new: ${rewrittenText(rewritten)}`;
      return done({ ...notChecked('rewritten', reason), ...described(paired), answer: 'unstable' });
    }
    if (found.notLocated !== undefined) return done(notLocated(paired, found));
    return done(answerOf(attempt.pair, paired, found, (performance.now() - started) / 1000));
  } catch (error) {
    const answer = refusal(error);
    return done(pairing === undefined ? answer : { ...answer, ...described(pairing) });
  }
}

/**
 * Whether sums that differ are enough, although the rows could not be read again: each side was read as of one moment,
 * without SQL of the plan, and new can still say whether its rows of that moment were there to be read.
 */
async function proves({ pair, new: next }: Attempt, old: MysqlTable, error: unknown): Promise<boolean> {
  // A mistake of ours proves nothing.
  if (!(error instanceof SideFailed || error instanceof OutOfTime)) return false;
  if (old.withoutSnapshot !== undefined) return false;
  if (pair.oldWhere !== undefined || pair.newWhere !== undefined) return false;
  try {
    await next.client.query('rollback to savepoint opened');
    return true;
  } catch {
    return false;
  }
}

function notLocated(pairing: Pairing, { oldRows, newRows, first, notLocated: error }: Found): TableAnswer {
  const why = refusal(error).reason;
  return {
    ...described(pairing),
    ...{ oldRows, newRows, missing: null, extra: null, changed: null, later: null },
    answer: 'different',
    cause: 'not-located',
    reason: `The rows differ (${oldRows} on old, ${newRows} on new); which of them could not be read: ${why}`,
    differences: first,
  };
}

function refusal(error: unknown): TableAnswer {
  if (error instanceof PairingError) return notChecked('columns-differ', error.message);
  if (error instanceof OutOfTime) {
    return notChecked('over-budget', 'The time for the comparison was over in the middle of the table');
  }
  // A mistake of ours must not look like a table that nobody can read.
  if (!(error instanceof SideFailed)) throw error;
  const { side, cause } = error;
  if (side === 'old' ? isLostMysql(cause) : isLostConnection(cause)) {
    return notChecked('connection-lost', `The ${side} database went away: ${error.message}`);
  }
  return notChecked('unreadable', `${side}: ${side === 'old' ? error.message : unreadableReason(cause)}`);
}

function described({ columns, key, notCompared }: Pairing) {
  return {
    columns: columns.map(({ name }) => name),
    key: key.map((place) => columns[place]?.name ?? ''),
    notCompared,
    hash: { way: 'portable', bits: 128 } as const,
  };
}

function answerOf(pair: TablePair, pairing: Pairing, found: Found, seconds: number): TableAnswer {
  const { oldRows, newRows, missing, extra, changed, first, differing } = found;
  const facts = { ...described(pairing), oldRows, newRows, missing, extra, changed, later: null };
  const located = missing + extra + changed;
  // Both passes tell of the same rows, or a side changed between them: then neither pass proves anything.
  if (oldRows - missing !== newRows - extra || (located === 0 && differing > 0)) {
    const reason =
      `The table changed while it was read: ${oldRows} rows of old and ${newRows} of new were not the same at first, ` +
      `and ${located} differing rows were found when they were read again`;
    const unknown = { missing: null, extra: null, changed: null };
    return { ...facts, ...unknown, answer: 'unstable', cause: 'unstable', reason, differences: [] };
  }
  if (located > 0) {
    const reason = `${missing} rows are missing, ${extra} are extra, ${changed} are changed`;
    return { ...facts, answer: 'different', cause: 'rows-differ', reason, differences: first };
  }
  if (oldRows === 0 && pair.emptyBecause === undefined) {
    const reason = 'There are no rows on either side, so nothing was compared';
    return { ...facts, ...notChecked('nothing-compared', reason), oldRows, newRows };
  }
  const rate = Math.round(oldRows / Math.max(seconds, 0.001)).toLocaleString('en');
  const reason =
    oldRows === 0
      ? `No rows, as expected: ${pair.emptyBecause ?? ''}`
      : `${oldRows} rows are equal (${rate} rows/s)`;
  return { ...facts, answer: 'equal', cause: 'equal', reason, differences: [] };
}

/** What went wrong while one of the sides was read. */
class SideFailed extends Error {
  override readonly name = 'SideFailed';
  readonly side: 'old' | 'new';
  constructor(side: 'old' | 'new', cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.side = side;
  }
}

async function* rowsOf(attempt: Attempt, pairing: Pairing, side: 'old' | 'new'): AsyncGenerator<Row> {
  try {
    yield* readRows(attempt, pairing, side);
  } catch (error) {
    throw new SideFailed(side, error);
  }
}

async function* readRows(attempt: Attempt, pairing: Pairing, side: 'old' | 'new'): AsyncGenerator<Row> {
  const { pair, table, oldName } = attempt;
  const { columns } = pairing;
  if (side === 'old') {
    const list = columns.map(({ oldSql }) => oldSql).join(', ');
    const sql = `select ${list} from ${quoteName(oldName)}${where(pair.oldWhere)}`;
    for await (const raw of attempt.old.stream(sql)) yield oldRow(pairing, raw);
    return;
  }
  const list = columns.map(({ newSql }) => newSql).join(', ');
  for await (const raw of portions(
    attempt.new,
    `select ${list} from ${table.from} t${where(pair.newWhere)}`,
  )) {
    yield newRow(pairing, raw);
  }
}

/** The newline ends a filter that ends in a comment. */
function where(filter: string | undefined): string {
  return filter === undefined ? '' : ` where (${filter}\n)`;
}

/** Rows of one answer of the server; fewer where they are big, so that an answer has some megabytes. */
const PORTION = { first: 50, most: 2000, characters: 8_000_000 };

async function* portions({ client }: Session, sql: string): AsyncGenerator<readonly (string | null)[]> {
  await client.query(`declare greenlight no scroll cursor for ${sql}`);
  for (let size = PORTION.first; ;) {
    const { rows } = await client.query<(string | null)[]>({
      text: `fetch ${size} from greenlight`,
      rowMode: 'array',
    });
    yield* rows;
    if (rows.length < size) break;
    const width = rows.flat().reduce((sum, cell) => sum + (cell?.length ?? 0), 0) / size;
    size = Math.max(1, Math.min(PORTION.most, Math.floor(PORTION.characters / Math.max(1, width))));
  }
  await client.query('close greenlight');
}
