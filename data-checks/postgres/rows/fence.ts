import type { Client } from 'pg';
import { type Moment, readMoment, sameMoment } from './moment.ts';

/**
 * That sessions find old read-only, as its own settings and activity say. A setting alone proves little: sessions that
 * were open before it can still write, and any session can switch it off for itself. So `broken` looks again when all is
 * compared.
 */
export interface Fence {
  /** Why old must not be taken for read-only. */
  readonly problem: string | undefined;
  /** Whether anything was written to old since the fence was looked at. */
  broken(): Promise<string | undefined>;
}

interface Guard {
  readonly read_only: string;
  readonly standby: boolean;
  readonly writing: number;
  readonly hidden: number;
  readonly prepared: number;
  readonly exempt: string | null;
}

const GUARD = `select current_setting('default_transaction_read_only') as read_only, pg_is_in_recovery() as standby,
  (select count(*)::int from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
    and backend_xid is not null) as writing,
  (select count(*)::int from pg_stat_activity where datname = current_database() and query = '<insufficient privilege>') as hidden,
  (select count(*)::int from pg_prepared_xacts where database = current_database()) as prepared,
  (select string_agg(r.rolname, ', ' order by r.rolname) from pg_db_role_setting s join pg_roles r on r.oid = s.setrole
    where s.setdatabase in (0, (select oid from pg_database where datname = current_database())) and r.rolcanlogin
      and s.setconfig && '{default_transaction_read_only=off,default_transaction_read_only=false,default_transaction_read_only=0,default_transaction_read_only=no}') as exempt`;

/** A session reports what it wrote within this time, in milliseconds, however short it was active. */
const STATISTICS_MS = 11_000;

/** Looks at old's fence. `watcher` must not be inside a transaction. */
export async function lookAtFence(watcher: Client): Promise<Fence> {
  const before = await trace(watcher);
  const problem = problemOf(await guard(watcher));
  return {
    problem,
    broken: async () => {
      const weakened = problemOf(await guard(watcher));
      if (weakened !== undefined) return weakened;
      const after = await trace(watcher);
      if (after.standby)
        return after.replayed === before.replayed ? undefined : 'old has replayed more of its log';
      if (sameMoment(before.moment, after.moment)) return undefined;
      if (before.moment.started !== after.moment.started) return 'old was restarted meanwhile';
      // Transactions of other databases and of autovacuum count too; the statistics tell them apart, late.
      await new Promise((resolve) => setTimeout(resolve, STATISTICS_MS));
      const written = (await trace(watcher)).written;
      return written === before.written ? undefined : 'tables of old were written to meanwhile';
    },
  };
}

async function guard(watcher: Client): Promise<Guard> {
  const { rows } = await watcher.query<Guard>(GUARD);
  if (rows[0] === undefined) throw new Error('the server did not describe its fence');
  return rows[0];
}

function problemOf(found: Guard): string | undefined {
  if (found.standby) return undefined;
  if (found.read_only !== 'on') {
    return 'old is not read-only: default_transaction_read_only is off (alter database ... set default_transaction_read_only = on)';
  }
  if (found.exempt !== null) return `these roles may still write to old: ${found.exempt}`;
  if (found.hidden > 0)
    return `${found.hidden} sessions on old can't be looked at: grant pg_read_all_stats to this role`;
  if (found.writing > 0) return `${found.writing} sessions on old are in the middle of writing`;
  if (found.prepared > 0) return `${found.prepared} prepared transactions on old are not ended`;
  return undefined;
}

interface Trace {
  readonly moment: Moment;
  readonly standby: boolean;
  readonly replayed: string | null;
  readonly written: string;
}

async function trace(watcher: Client): Promise<Trace> {
  const moment = await readMoment(watcher);
  const { rows } = await watcher.query<{ standby: boolean; replayed: string | null; written: string }>(
    `select pg_is_in_recovery() as standby, case when pg_is_in_recovery() then pg_last_wal_replay_lsn()::text end as replayed,
       (select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::text from pg_stat_user_tables)
         -- TRUNCATE counts no rows, but gives the table a new file.
         || (select md5(string_agg(c.oid || ':' || c.relfilenode, ',' order by c.oid)) from pg_class c
               where c.relkind in ('r', 'm') and c.oid >= 16384) as written`,
  );
  if (rows[0] === undefined) throw new Error('the server did not say what was written');
  return { moment, ...rows[0] };
}
