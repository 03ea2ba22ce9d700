import { CannotTell } from '../../../contract/cannot-tell.ts';
import { describeTables, type Table } from '../catalog.ts';
import { notChecked } from './table-answer.ts';
import type { Checkpoint } from './checkpoint.ts';
import { compareTable, type CompareOptions } from './compare-table.ts';
import type { Meter } from './meter.ts';
import { isLostSide, type Side } from './side.ts';
import type { TableDiff } from './table-diff.ts';
import type { Job } from './work-list.ts';

/** How often one table is tried again without any unit of work having been finished in between. */
const MOST_IDLE_ATTEMPTS = 2;

export interface AttemptOptions {
  /** Opens the sides that were lost anew. @returns whether they show what they showed before */
  readonly reopen: (lost: { readonly old: boolean; readonly new: boolean }) => Promise<boolean>;
  readonly meter: (job: Job) => Meter;
}

/**
 * Compares one table whatever happens to the connections. When one is lost, both sides are opened again: what was read
 * so far still counts if the new snapshots show exactly the same rows; otherwise the table is read from its beginning,
 * because parts of two moments must not be added up. When the server does not come back, the table is not checked.
 */
export async function compareThroughLosses(
  sides: readonly [Side, Side],
  job: Job,
  compare: CompareOptions,
  options: AttemptOptions,
): Promise<TableDiff> {
  let { old, new: next } = job;
  let checkpoint: Checkpoint = {};
  const meter = options.meter(job);
  let [idle, units] = [0, 0];
  for (;;) {
    try {
      return await compareTable({ sides, pair: job.pair, old, new: next, checkpoint, meter }, compare);
    } catch (error) {
      if (!isLostSide(error)) throw error;
      idle = meter.units > units ? 0 : idle + 1;
      units = meter.units;
      if (idle > MOST_IDLE_ATTEMPTS) return lost(job, error);
    }
    try {
      const [oldAnswers, newAnswers] = await Promise.all(sides.map((side) => side.answers()));
      const kept = await options.reopen({ old: oldAnswers !== true, new: newAnswers !== true });
      if (kept) continue;
      checkpoint = checkpoint.withoutCells === true ? { withoutCells: true } : {};
      [old, next] = [await again(sides[0], old), await again(sides[1], next)];
    } catch (error) {
      if (error instanceof CannotTell) return unchecked(job, error.word, error.message);
      if (!isLostSide(error)) throw error;
      return lost(job, error);
    }
  }
}

/** The table as the new snapshot describes it: it may have got partitions or columns. */
async function again(side: Side, table: Table): Promise<Table> {
  const [found] = await describeTables(side.main.client, [table.oid], table.apart);
  return found ?? { ...table, columns: [] };
}

function lost(job: Job, error: unknown): TableDiff {
  const why = error instanceof Error ? error.message : String(error);
  return unchecked(job, 'connection-lost', `The connection was lost before the table was compared: ${why}`);
}

/** The answer for a table that could not even be begun. */
export function unchecked({ old, new: next }: Job, word: string, reason: string): TableDiff {
  return { old: old.shown, new: next.shown, ...notChecked(word, reason), seconds: 0 };
}
