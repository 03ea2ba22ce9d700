import type { Client } from 'pg';
import { FENCE_QUERY, fenceProblem, type FenceState } from '../../../safety/read-only-fence.ts';
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

/** A session reports what it wrote within this time, in milliseconds, however short it was active. */
const STATISTICS_MS = 11_000;

/** Looks at old's fence. `watcher` must not be inside a transaction. */
export async function lookAtFence(watcher: Client): Promise<Fence> {
  const before = await trace(watcher);
  const problem = fenceProblem(await guard(watcher));
  return {
    problem,
    broken: async () => {
      const weakened = fenceProblem(await guard(watcher));
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

async function guard(watcher: Client): Promise<FenceState> {
  const { rows } = await watcher.query<FenceState>(FENCE_QUERY);
  if (rows[0] === undefined) throw new Error('the server did not describe its fence');
  return rows[0];
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
