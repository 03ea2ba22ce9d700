import { GreenlightError } from '../../contract/errors.ts';
import type { Lease, LeaseTaker } from '../numbered-lease.ts';

const TIMEOUT_MS = 10_000;
/** The connection is the lease: asked so often, a network that swallows packets is noticed. */
const SIGN_OF_LIFE_MS = 15_000;
const LOCK = "hashtextextended('greenlight lease ' || $1, 0)";

/**
 * Takes an advisory lock of PostgreSQL for a target, or refuses at once. The server holds it for as long as the
 * connection lives: a holder that dies frees it by that, and one that loses its connection is told by `lost`.
 * @param shared for a part of a run that several machines share: parts exclude whole runs, not each other
 * @throws GreenlightError LEASE_HELD that names the holder, or LEASE_UNASKED where the server cannot be asked
 */
export async function acquirePostgresLease(
  url: string,
  { target, run, phase }: LeaseTaker,
  shared = false,
): Promise<Lease> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    connectionString: url,
    // What others see of who holds it; the server keeps 63 characters.
    application_name: `greenlight lease: ${phase} ${run}`,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    keepAlive: true,
  });
  const lost = new AbortController();
  let given = false;
  const lose = (): void => {
    if (!given) lost.abort(new Error('the connection to PostgreSQL that held the lease broke'));
  };
  client.on('error', lose);
  client.on('end', lose);
  const close = (): Promise<void> => {
    given = true;
    return client.end();
  };
  try {
    await client.connect();
    // A statement that times out in the server would end nothing of ours; an idle session must not be ended for its rest.
    await client.query('set idle_session_timeout = 0').catch(() => undefined);
    const taken = await client.query<{ taken: boolean }>(
      `select pg_try_advisory_lock${shared ? '_shared' : ''}(${LOCK}) as taken`,
      [target],
    );
    if (taken.rows[0]?.taken !== true) {
      const holder = await holderOf((text, values) => client.query(text, values), target);
      throw new GreenlightError('LEASE_HELD', `${holder} works on "${target}", by its lock in PostgreSQL`);
    }
  } catch (cause) {
    await close().catch(() => undefined);
    if (cause instanceof GreenlightError) throw cause;
    throw new GreenlightError('LEASE_UNASKED', 'PostgreSQL', { cause });
  }
  const confirm = async (): Promise<void> => {
    if (!given) await client.query('select 1').catch(lose);
  };
  const alive = setInterval(() => void confirm(), SIGN_OF_LIFE_MS);
  alive.unref();
  return {
    lost: lost.signal,
    confirm,
    release: async () => {
      clearInterval(alive);
      if (given) return;
      given = true;
      // The server would free it a moment after the connection ends, and the next run may come before that.
      await client.query('select pg_advisory_unlock_all()').catch(() => undefined);
      await client.end();
    },
  };
}

async function holderOf(
  query: (text: string, values: unknown[]) => Promise<{ readonly rows: readonly unknown[] }>,
  target: string,
): Promise<string> {
  const { rows } = await query(
    `select a.application_name || ', since ' || a.backend_start::timestamptz(0) ||
            coalesce(', from ' || host(a.client_addr), '') as holder
     from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.granted and l.objsubid = 1
       and l.classid::bigint = (${LOCK} >> 32) & 4294967295 and l.objid::bigint = ${LOCK} & 4294967295`,
    [target],
  ).catch(() => ({ rows: [] }));
  return (rows[0] as { holder: string | null } | undefined)?.holder ?? 'another run';
}
