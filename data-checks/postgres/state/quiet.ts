import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../session.ts';
import { rowsOf } from './sources.ts';
import type { StateRow } from './state.ts';

/** Writes that each table had taken at one moment. */
export interface WriteCounters {
  /** `performance.now()` of the moment. */
  readonly at: number;
  /** How far the server's log of changes was. */
  readonly log: string;
  readonly writes: ReadonlyMap<string, bigint>;
}

interface ServerRow {
  readonly standby: boolean;
  readonly counted: boolean;
  readonly log: string | null;
}

const SERVER = `select r.standby, pg_catalog.current_setting('track_counts')::bool as counted,
    case when not r.standby then pg_catalog.pg_current_wal_insert_lsn()::text end as log
  from (select pg_catalog.pg_is_in_recovery()) r(standby)`;

/** @throws Error when the server does not count writes */
export async function readWriteCounters({ client }: Session): Promise<WriteCounters> {
  // Within a transaction, the server would go on showing what it showed first.
  await client.query('select pg_catalog.pg_stat_clear_snapshot()');
  const { rows: server } = await client.query<ServerRow>(SERVER);
  // What a standby replays is not in its counters: it would look quiet for ever.
  if (server[0]?.standby !== false) throw new Error('a standby does not count writes: ask its primary');
  if (!server[0].counted) throw new Error('track_counts is off, so writes are not counted');
  const { rows } = await client.query<{ table: string; writes: string }>(
    `select pg_catalog.format('%I.%I', schemaname, relname) as table, (n_tup_ins + n_tup_upd + n_tup_del)::text as writes
      from pg_catalog.pg_stat_user_tables where schemaname !~ '^pg_'`,
  );
  return {
    at: performance.now(),
    log: server[0].log ?? '',
    writes: new Map(rows.map((row) => [row.table, BigInt(row.writes)])),
  };
}

/**
 * Who is in the middle of writing: what they wrote is in no counter yet, and appears when they end. Every role sees who
 * has begun to write; the server's own workers have no user.
 */
const WRITERS = `
  select pg_catalog.format('session %s', a.pid) as object,
    pg_catalog.format('of %s (%s) is in the middle of writing', a.usename, coalesce(nullif(a.application_name, ''), 'without a name')) as problem,
    pg_catalog.format('select pg_terminate_backend(%s); -- on the old side, or wait for its end', a.pid) as remedy
  from pg_catalog.pg_stat_activity a
  where a.datname = pg_catalog.current_database() and a.pid <> pg_catalog.pg_backend_pid() and a.backend_xid is not null and a.usesysid is not null
  union all
  select pg_catalog.format('prepared transaction %L', x.gid), pg_catalog.format('of %s is not ended: its writes are neither there nor gone', x.owner),
    pg_catalog.format('rollback prepared %L; -- on the old side, or: commit prepared %L', x.gid, x.gid)
  from pg_catalog.pg_prepared_xacts x where x.database = pg_catalog.current_database() order by 1`;

/**
 * Which tables took writes since `before`, at least `watchMs` milliseconds ago, and who is still at it. Sessions that are idle tell their counts
 * after ten seconds only; so a count that grew while the log of changes stood still is of a write before `before`.
 * @throws Error when the counters were reset meanwhile
 */
export async function writesSince(
  session: Session,
  before: WriteCounters,
  watchMs: number,
): Promise<readonly StateRow[]> {
  await sleep(Math.max(0, before.at + watchMs - performance.now()));
  const after = await readWriteCounters(session);
  const stoodStill = after.log === before.log;
  const seconds = Math.round((after.at - before.at) / 1000);
  const tables = [...after.writes].map(([table, now]) => {
    const written = now - (before.writes.get(table) ?? 0n);
    if (written < 0n) throw new Error(`the statistics of ${table} were reset meanwhile; repeat`);
    return {
      object: table,
      problem:
        written === 0n || stoodStill ? null : `of the old side took ${written} writes within ${seconds} s`,
      remedy:
        "alter database ... set default_transaction_read_only = on; -- on the old side; then end its writers' sessions, and carry these rows over",
    };
  });
  return [...tables, ...(await rowsOf(WRITERS)(session))];
}
