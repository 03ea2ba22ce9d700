import { GreenlightError } from '../../contract/errors.ts';
import type { Lease, LeaseTaker } from '../numbered-lease.ts';

const TIMEOUT_MS = 10_000;
/** The connection is the lease: asked so often, a network that swallows packets is noticed. */
const SIGN_OF_LIFE_MS = 15_000;
const LOCK = "hashtextextended('greenlight lease ' || $1, 0)";
/** Sessions that hold it, in this database. */
const HOLDERS = `from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.granted and l.objsubid = 1
       and l.database = (select oid from pg_database where datname = current_database())
       and l.classid::bigint = (${LOCK} >> 32) & 4294967295 and l.objid::bigint = ${LOCK} & 4294967295`;

/**
 * Takes an advisory lock of PostgreSQL for a target, or refuses at once. The server holds it for as long as the
 * connection lives: a holder that dies frees it by that, and one that loses its connection is told by `lost`.
 * @param group of a part of a run that several machines share: parts of one group do not exclude each other
 * @throws GreenlightError LEASE_HELD that names the holder, or LEASE_UNASKED where the server cannot be asked
 */
export async function acquirePostgresLease(
  url: string,
  { target, run, phase }: LeaseTaker,
  group?: string,
): Promise<Lease> {
  const { default: pg } = await import('pg');
  // What others see of who holds it; the server keeps 63 characters.
  const name = `${group === undefined ? 'greenlight lease' : nameOfGroup(group)}: ${phase} ${run}`;
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    keepAlive: true,
  });
  const query: Query = (text, values) => client.query(text, values);
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
    // Not by the connection: an address may hold a name of its own, and it would win.
    await client.query("select set_config('application_name', $1, false)", [name]);
    // A statement that times out in the server would end nothing of ours; an idle session must not be ended for its rest.
    await client.query('set idle_session_timeout = 0').catch(() => undefined);
    const taken = await client.query<{ taken: boolean }>(
      `select pg_try_advisory_lock${group === undefined ? '' : '_shared'}(${LOCK}) as taken`,
      [target],
    );
    if (taken.rows[0]?.taken !== true) {
      const holder = await holderOf(query, target);
      throw new GreenlightError('LEASE_HELD', `${holder} works on "${target}", by its lock in PostgreSQL`);
    }
    // Taken first and looked second: of two groups that come at the same time, at least one sees the other.
    const strangers = group === undefined ? [] : await strangersOf(query, target, group);
    if (strangers.length > 0) {
      await client.query('select pg_advisory_unlock_all()');
      const holder = strangers.join(' and ');
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

function nameOfGroup(group: string): string {
  return `greenlight lease ${group}`;
}

type Query = (text: string, values: unknown[]) => Promise<{ readonly rows: readonly unknown[] }>;

/** Who holds it with us and belongs to another group; whoever may not be read is a stranger, too. */
async function strangersOf(query: Query, target: string, group: string): Promise<readonly string[]> {
  const { rows } = await query(
    `select coalesce(a.application_name, 'somebody') as name ${HOLDERS}
       and l.pid <> pg_backend_pid() and not starts_with(coalesce(a.application_name, ''), $2)`,
    [target, `${nameOfGroup(group)}:`],
  );
  return (rows as readonly { name: string }[]).map(({ name }) => name);
}

async function holderOf(query: Query, target: string): Promise<string> {
  const { rows } = await query(
    `select a.application_name || ', since ' || a.backend_start::timestamptz(0) ||
            coalesce(', from ' || host(a.client_addr), '') as holder ${HOLDERS}`,
    [target],
  ).catch(() => ({ rows: [] }));
  return (rows[0] as { holder: string | null } | undefined)?.holder ?? 'another run';
}
