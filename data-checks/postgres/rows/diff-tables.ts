import { CannotTell, sideUnavailable } from '../../../contract/cannot-tell.ts';
import { notChecked } from './table-answer.ts';
import { type AttemptOptions, compareThroughLosses, unchecked } from './attempts.ts';
import type { CompareOptions } from './compare-table.ts';
import type { Comparison, Diff, DiffOptions } from './diff-options.ts';
import { estimateOf } from './estimate.ts';
import { identityOf } from './identity.ts';
import { mostImportantFirst } from './importance.ts';
import { selfTest } from './known-answers.ts';
import { Meter } from './meter.ts';
import { openWatch, type Refusal, type Watch } from './modes.ts';
import { notTables } from './not-tables.ts';
import type { SideName } from './pairing.ts';
import { isLostSide, openSide, type Side } from './side.ts';
import type { TableDiff } from './table-diff.ts';
import { type Item, type Job, named, workList } from './work-list.ts';

export type { Comparison, Diff, DiffOptions };

/**
 * Compares tables of two PostgreSQL databases row by row, without writing to either. Each side is read as of one
 * moment. Every table that was asked for, or that one of the sides has, is in the answer.
 * @throws Unavailable when a side can't be opened; Error of the server or the driver when the servers can't be
 *   compared at all
 */
export async function diffTables(options: DiffOptions): Promise<Diff> {
  const comparison = await openComparison(options);
  try {
    const databases = await comparison.databases();
    return { tables: await comparison.all(), notes: comparison.notes, databases };
  } finally {
    await comparison.close();
  }
}

/**
 * Opens both sides and finds out how their rows can be hashed.
 * @throws as `diffTables`
 */
export async function openComparison(options: DiffOptions): Promise<Comparison> {
  const watch = await watchOf(options);
  const { sides, refusal } = await openSides(options, watch).catch(async (error: unknown) => {
    await watch.close();
    throw error;
  });
  const close = async (): Promise<void> => {
    await Promise.all([...sides.map((side) => side.close()), watch.close()]);
  };
  try {
    const [old, next] = sides;
    const test = await selfTest(old, next);
    const compare: CompareOptions = {
      hashing: { way: options.portable === true ? 'portable' : test.way, bits: options.bits ?? 64 },
      mostShown: options.mostShown ?? 20,
      values: options.values ?? 'masked',
      quick: options.quick ?? false,
      ...(options.segment === undefined ? {} : { segment: options.segment }),
      ...(watch.pauses === undefined
        ? {}
        : { recheck: { pauses: watch.pauses, arrived: () => watch.arrived() } }),
    };
    const workers = options.workers ?? 2;
    const until = options.budgetMs === undefined ? undefined : performance.now() + options.budgetMs;
    const attempts = attemptsOf(sides, options, watch, until);
    const work = async (item: Item, more: Partial<CompareOptions> = {}): Promise<TableDiff> => {
      if ('answer' in item) return item;
      const late = until === undefined ? undefined : overBudget(item, until, options.quick === true, workers);
      if (late !== undefined) return unchecked(item, 'over-budget', late);
      if (refusal !== undefined) return unchecked(item, refusal.word, refusal.reason);
      options.onTable?.(item.pair.old);
      return compareThroughLosses(sides, item, { ...compare, ...more }, attempts);
    };
    const unread = options.tables === undefined ? await notTables(sides, options.only ?? []) : [];
    return {
      notes: [...test.notes, ...watch.notes, ...unread],
      all: async () => {
        const found = await workList(old, next, options);
        const items =
          until === undefined || options.tables !== undefined
            ? found
            : await mostImportantFirst(old, found, options.only ?? []);
        options.onEstimate?.(
          estimateOf(
            items.filter((item): item is Job => !('answer' in item)),
            workers,
          ),
        );
        const tables: TableDiff[] = [];
        for (const item of items) tables.push(await work(item));
        return unlessBroken(watch, tables);
      },
      one: async (pair, values) => {
        const [item] = await named(old, next, [pair]);
        if (item === undefined) throw new Error(`nothing was found out about ${pair.old}`);
        const table = await work(item, values === undefined ? {} : { values });
        return (await unlessBroken(watch, [table]))[0] ?? table;
      },
      databases: async () => ({ old: await identityOf(old), new: await identityOf(next) }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Why a table is not begun. One that would not fit is left out for smaller ones behind it. */
function overBudget(job: Job, until: number, quick: boolean, workers: number): string | undefined {
  const left = (until - performance.now()) / 1000;
  if (left <= 0) return 'The time for the comparison was over before the table';
  const { seconds } = estimateOf([job], workers);
  if (quick || seconds <= left) return undefined;
  return `The table would take about ${Math.ceil(seconds)} s, and only ${Math.floor(left)} s were left`;
}

/** Answers that rest on a fence are worth nothing once it turns out to have been open. */
async function unlessBroken(watch: Watch, tables: readonly TableDiff[]): Promise<readonly TableDiff[]> {
  let why: string | undefined;
  try {
    why = tables.some((table) => table.answer !== 'not-checked') ? await watch.broken() : undefined;
  } catch (error) {
    if (!isLostSide(error)) throw error;
    why = `it could not be looked at again (${error instanceof Error ? error.message : String(error)})`;
  }
  if (why === undefined) return tables;
  const reason = `The fence did not hold: ${why}`;
  return tables.map((table) =>
    table.answer === 'not-checked' ? table : { ...table, ...notChecked('fence-broken', reason) },
  );
}

async function watchOf(options: DiffOptions): Promise<Watch> {
  const { old, new: next, pauses } = options;
  return openWatch({
    mode: options.mode ?? 'snapshot',
    old,
    new: next,
    statementTimeoutMs: options.statementTimeoutMs ?? 60_000,
    waitMs: options.waitMs ?? 30_000,
    pauses,
  });
}

const PATIENCE_MS = 30_000;

function attemptsOf(
  [old, next]: readonly [Side, Side],
  options: DiffOptions,
  watch: Watch,
  until: number | undefined,
): AttemptOptions {
  const patienceMs = options.patienceMs ?? PATIENCE_MS;
  return {
    reopen: async (lost) => {
      // Old first: behind a barrier, new must have what old's snapshot shows.
      const behind = lost.old && options.mode === 'barrier';
      const kept = lost.old ? await old.reopen(patienceMs) : true;
      if (behind) await watch.arrived();
      return lost.new || behind ? (await next.reopen(patienceMs)) && kept : kept;
    },
    meter: ({ pair, old: before, new: after }) =>
      new Meter({
        table: pair.old,
        estimated: before.estimatedRows + after.estimatedRows,
        until,
        tell: options.onProgress,
      }),
  };
}

/** Old first, then what the mode waits for, then new. */
async function openSides(
  options: DiffOptions,
  watch: Watch,
): Promise<{ readonly sides: readonly [Side, Side]; readonly refusal: Refusal | undefined }> {
  const common = { statementTimeoutMs: options.statementTimeoutMs ?? 60_000, workers: options.workers ?? 2 };
  const open = (name: SideName): Promise<Side> =>
    openSide({ ...common, name, url: options[name] }).catch((error: unknown) => {
      throw sideUnavailable(name, error);
    });
  const old = await open('old');
  try {
    let { refusal } = watch;
    if (refusal === undefined) {
      await watch.arrived().catch((error: unknown) => {
        if (!(error instanceof CannotTell)) throw error;
        refusal = { word: error.word, reason: error.message };
      });
    }
    return { sides: [old, await open('new')], refusal };
  } catch (error) {
    await old.close();
    throw error;
  }
}
