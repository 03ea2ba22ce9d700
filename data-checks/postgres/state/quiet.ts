import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../session.ts';
import type { StateRow } from './state.ts';

/** Writes that each table had taken at one moment. */
export interface WriteCounters {
  /** `performance.now()` of the moment. */
  readonly at: number;
  readonly writes: ReadonlyMap<string, bigint>;
}

interface CounterRow {
  readonly table: string;
  readonly writes: string;
  readonly counted: boolean;
}

/** @throws Error when the server does not count writes */
export async function readWriteCounters({ client }: Session): Promise<WriteCounters> {
  // Within a transaction, the server would go on showing what it showed first.
  await client.query('select pg_catalog.pg_stat_clear_snapshot()');
  const { rows } = await client.query<CounterRow>(
    `select pg_catalog.format('%I.%I', schemaname, relname) as table, (n_tup_ins + n_tup_upd + n_tup_del)::text as writes,
      pg_catalog.current_setting('track_counts')::bool as counted
      from pg_catalog.pg_stat_user_tables where schemaname !~ '^pg_'`,
  );
  if (rows.some((row) => !row.counted)) throw new Error('track_counts is off, so writes are not counted');
  return { at: performance.now(), writes: new Map(rows.map((row) => [row.table, BigInt(row.writes)])) };
}

/**
 * Which tables took writes since `before`, at least `watchMs` milliseconds ago. Sessions that are idle tell their counts
 * after ten seconds only.
 * @throws Error when the counters were reset meanwhile
 */
export async function writesSince(
  session: Session,
  before: WriteCounters,
  watchMs: number,
): Promise<readonly StateRow[]> {
  await sleep(Math.max(0, before.at + watchMs - performance.now()));
  const after = await readWriteCounters(session);
  const seconds = Math.round((after.at - before.at) / 1000);
  return [...after.writes].map(([table, now]) => {
    const written = now - (before.writes.get(table) ?? 0n);
    if (written < 0n) throw new Error(`the statistics of ${table} were reset meanwhile; repeat`);
    return {
      object: table,
      problem: written === 0n ? null : `of the old side took ${written} writes within ${seconds} s`,
      remedy:
        "alter database ... set default_transaction_read_only = on; -- on the old side; then end its writers' sessions, and carry these rows over",
    };
  });
}
