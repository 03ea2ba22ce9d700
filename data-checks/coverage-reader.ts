import { sideUnavailable } from '../contract/cannot-tell.ts';
import type { CoveredTable } from '../contract/evidence/coverage.ts';
import { comparesIn, namesOf } from '../contract/evidence/coverage.ts';
import type { Phase } from '../contract/evidence/outcome.ts';
import type { Plan } from '../contract/plan/plan.ts';
import { resolveSecret } from '../safety/secrets.ts';
import { type Connection, postgresAddress, unavailable } from './connection.ts';
import { heldInMysql } from './mysql/held-tables.ts';
import { twinsOf } from './mysql/names.ts';
import { openMysql } from './mysql/session.ts';
import { heldInPostgres, type HeldTables, type RowCount } from './postgres/held-tables.ts';
import { openSession } from './postgres/session.ts';

/** Where the rows of one table of old went, as far as its name and the plan tell. */
export interface TableSituation extends CoveredTable {
  /** The table of new with the same name; null when there is none, or when mappings say where its rows went. */
  readonly twin: string | null;
  /** Why it is right that new has no rows of it, by the plan. */
  readonly emptyBecause: string | null;
}

/** All tables of old, and what else holds rows. */
export interface Situation {
  readonly tables: readonly TableSituation[];
  readonly notes: readonly string[];
}

/** Finds out which tables nobody compares. */
export interface CoverageReader {
  /** @throws PortUnavailable when a database can't be reached, or the connection is lost */
  read(): Promise<Situation>;
}

/** Rows of a table that nobody compares are counted up to so many; of others it is only asked whether there are any. */
const MOST_COUNTED = 1_000_000;

/** A reader that connects with the first question. Its answer holds for the whole run; a failure is asked again. */
export function createCoverageReader(connection: Connection, plan: Plan, phase: Phase): CoverageReader {
  let known: Promise<Situation> | undefined;
  return {
    read: async () => {
      try {
        return await (known ??= readSituation(connection, plan, phase));
      } catch (error) {
        known = undefined;
        throw unavailable(error) ?? error;
      }
    },
  };
}

async function readSituation(connection: Connection, plan: Plan, phase: Phase): Promise<Situation> {
  const [old, next] = await Promise.allSettled([openOld(connection, plan), openNew(connection, plan)]);
  try {
    if (old.status === 'rejected') throw old.reason;
    if (next.status === 'rejected') throw next.reason;
    return await situationOf(old.value, next.value, plan, phase);
  } finally {
    for (const side of [old, next]) if (side.status === 'fulfilled') await side.value.close();
  }
}

async function openOld(connection: Connection, { data }: Plan): Promise<HeldTables> {
  const { statementTimeoutMs } = connection;
  try {
    return data.oldMysql === undefined
      ? await heldInPostgres(await openSession({ url: postgresAddress(connection.old), statementTimeoutMs }))
      : await heldInMysql(
          await openMysql({ url: resolveSecret(data.oldMysql), timeoutMs: statementTimeoutMs }),
        );
  } catch (error) {
    throw error instanceof Error && error.name === 'GreenlightError' ? error : sideUnavailable('old', error);
  }
}

async function openNew({ new: source, statementTimeoutMs }: Connection, { data }: Plan): Promise<HeldTables> {
  try {
    const session = await openSession({ url: postgresAddress(source), statementTimeoutMs });
    return await heldInPostgres(session, data.oldMysql === undefined ? undefined : twinsOf);
  } catch (error) {
    throw sideUnavailable('new', error);
  }
}

async function situationOf(
  old: HeldTables,
  next: HeldTables,
  { data }: Plan,
  phase: Phase,
): Promise<Situation> {
  const mappings = data.tables.filter((table) => comparesIn(table, phase));
  const shown = new Map(
    await inTurn(mappings, async (one) => [one, await old.shownBy([namesOf(one).old])] as const),
  );
  const together = await old.shownBy(mappings.map((one) => namesOf(one).old));
  const others = data.otherTables?.phases.includes(phase) === true;
  const tables = await inTurn(old.names, async (name): Promise<TableSituation> => {
    const by = mappings.filter((mapping) => shown.get(mapping)?.has(name) === true);
    const reason = Object.entries(data.except).find(([pattern]) => old.matches(pattern, name))?.[1];
    const compared = by.length > 0 || together.has(name);
    const loose = !compared && reason === undefined;
    const most = loose ? MOST_COUNTED : 1;
    const twin = compared ? undefined : next.twinOf(name);
    const before = await old.count(name, most);
    const after = compared
      ? await ofAll(next, [...new Set(by.map((one) => namesOf(one).new))])
      : twin === undefined
        ? undefined
        : await next.count(twin, most);
    return {
      table: name,
      oldRows: before.rows,
      newRows: after?.rows ?? null,
      more: isMore(before) || (after !== undefined && isMore(after)),
      state: compared
        ? 'compared'
        : reason !== undefined
          ? 'excluded'
          : others
            ? 'compared'
            : before.rows === 0
              ? 'empty'
              : 'not-compared',
      by: compared ? by.map((one) => one.id) : loose && others ? ['other-tables-preserved'] : [],
      because: compared ? unread(before, after) : (reason ?? unread(before, after)),
      twin: twin ?? null,
      emptyBecause: by.find((one) => one.emptyBecause !== undefined)?.emptyBecause ?? reason ?? null,
    };
  });
  return {
    tables,
    notes: await notesOf(
      old,
      next,
      mappings.map((one) => namesOf(one).new),
    ),
  };
}

/** Rows that went to several tables are there when one of those has rows. */
async function ofAll(next: HeldTables, names: readonly string[]): Promise<RowCount | undefined> {
  const counts = await inTurn(names, (name) => next.count(name, 1));
  return counts.find((one) => one.rows === null || one.rows > 0) ?? counts[0];
}

async function notesOf(
  old: HeldTables,
  next: HeldTables,
  mapped: readonly string[],
): Promise<readonly string[]> {
  const [twins, shown] = [new Set(old.names.map((name) => next.twinOf(name))), await next.shownBy(mapped)];
  const alone = next.names.filter((name) => !twins.has(name) && !shown.has(name));
  const told = await inTurn(alone, async (name) => {
    const count = await next.count(name, MOST_COUNTED);
    return count.rows === 0 ? [] : [`table of new alone: ${name} (${rowsText(count)})`];
  });
  const side = (held: HeldTables, word: string): string[] => held.others.map((one) => `${one} of ${word}`);
  return [...told.flat(), ...side(old, 'old'), ...side(next, 'new')];
}

function rowsText(count: RowCount): string {
  if (count.rows === null) return `could not be counted: ${count.because}`;
  return `${count.more ? 'more than ' : ''}${count.rows} row${count.rows === 1 && !count.more ? '' : 's'}`;
}

function isMore(count: RowCount): boolean {
  return count.rows !== null && count.more;
}

function unread(...counts: readonly (RowCount | undefined)[]): string | null {
  const bad = counts.find((one) => one?.rows === null);
  return bad?.rows === null ? bad.because : null;
}

/** One after another: each session answers one question at a time. */
async function inTurn<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (const item of items) answers.push(await ask(item));
  return answers;
}
