import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import { GreenlightError } from '../../contract/errors.ts';
import {
  ALIVE_MS,
  type ClaimAnswer,
  type GateStore,
  type KeepAnswer,
  type RunClaim,
  type StartedRun,
  type StoredVerdict,
} from '../../contract/ports/gate-store.ts';
import { RunOrderShape, StoredVerdictShape } from '../stored-shapes.ts';
import { whichStands } from '../which-stands.ts';
import { migrate, SCHEMA, SCHEMA_VERSION, versionOf } from './schema.ts';

/** A consumer does not wait longer than a few seconds. */
const TIMEOUT_MS = 2000;
/** How long a verdict answers "expired" before it is as good as unknown. */
const KEPT = "interval '7 days'";

const RunRow = z.object({
  id: z.string(),
  order: RunOrderShape,
  by: z.string(),
  startedAt: z.date(),
  endedAt: z.date().nullable(),
  exitCode: z.number().nullable(),
  alive: z.boolean(),
});

const RUN = `select id, run_order as "order", started_by as by, started_at as "startedAt", ended_at as "endedAt",
  exit_code as "exitCode", ended_at is null and beat_at > now() - interval '${ALIVE_MS} milliseconds' as alive
  from ${SCHEMA}.started_run`;

/**
 * Verdicts and runs in the user's PostgreSQL. All times that decide whether a run is alive are the server's.
 * @throws GreenlightError STORE_UNUSABLE or STORE_OUTDATED when the database cannot be reached or is not at this version
 */
export async function openPostgresStore(
  url: string,
  onProblem: (problem: string) => void,
): Promise<GateStore> {
  const pool = await openPool(url);
  // A connection that breaks while nobody uses it would otherwise end the process.
  pool.on('error', (error) => onProblem(`the connection to PostgreSQL broke: ${error.message}`));
  const version = await versionAtStart(pool);
  if (version !== SCHEMA_VERSION) {
    await pool.end();
    const found = version === 0 ? 'holds no schema of a gate' : `is at version ${version}`;
    throw new GreenlightError(
      'STORE_OUTDATED',
      `the database ${found}, and this gate needs version ${SCHEMA_VERSION}`,
    );
  }
  return {
    name: 'postgres',
    async about(target) {
      const { rows } = await pool.query<{ verdict: unknown }>(
        `select verdict from ${SCHEMA}.verdict where target = $1 and expires_at > now() - ${KEPT}`,
        [target],
      );
      return { verdicts: rows.map(({ verdict }) => StoredVerdictShape.parse(verdict)), unreadable: [] };
    },
    keep: (verdict) => inTransaction(pool, (client) => keepNow(client, verdict)),
    claim: (claim) => inTransaction(pool, (client) => claimNow(client, claim)),
    find: (id) => findRun(pool, 'where id = $1', id),
    async beat(id) {
      await pool.query(`update ${SCHEMA}.started_run set beat_at = now() where id = $1`, [id]);
    },
    async end(id, exitCode) {
      await pool.query(
        `update ${SCHEMA}.started_run set ended_at = now(), exit_code = $2 where id = $1 and ended_at is null`,
        [id, exitCode],
      );
    },
    close: () => pool.end(),
  };
}

/**
 * Makes or updates the gate's schema.
 * @throws GreenlightError STORE_UNUSABLE when it cannot
 */
export async function migrateStore(
  url: string,
): Promise<{ readonly before: number; readonly after: number }> {
  const pool = await openPool(url);
  try {
    const client = await pool.connect();
    try {
      return await migrate(client);
    } finally {
      client.release();
    }
  } catch (cause) {
    throw new GreenlightError('STORE_UNUSABLE', 'the schema of the gate could not be made', { cause });
  } finally {
    await pool.end();
  }
}

async function openPool(url: string): Promise<Pool> {
  const { default: pg } = await import('pg');
  return new pg.Pool({
    connectionString: url,
    application_name: 'greenlight gate',
    max: 4,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    keepAlive: true,
  });
}

async function versionAtStart(pool: Pool): Promise<number> {
  try {
    return await versionOf(pool);
  } catch (cause) {
    await pool.end();
    throw new GreenlightError('STORE_UNUSABLE', 'the database of --store cannot be used', { cause });
  }
}

async function keepNow(client: PoolClient, verdict: StoredVerdict): Promise<KeepAnswer> {
  const { run, target, decision, expiresAt } = verdict;
  // Until the end of the transaction: two verdicts of one run must not both find what stood before.
  await client.query('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', [`${SCHEMA}.verdict`, run]);
  const { rows } = await client.query<{ verdict: unknown }>(
    `select verdict from ${SCHEMA}.verdict where run = $1`,
    [run],
  );
  const before = rows[0] === undefined ? undefined : StoredVerdictShape.parse(rows[0].verdict);
  const standing = whichStands(before, verdict);
  if (standing === 'same') return { how: 'there-already' };
  if (standing === 'before' && before !== undefined) return { how: 'refused', stands: before };
  await client.query(
    `insert into ${SCHEMA}.verdict (run, target, decision, expires_at, verdict) values ($1, $2, $3, $4, $5)
     on conflict (run) do update set target = excluded.target, decision = excluded.decision,
       expires_at = excluded.expires_at, kept_at = now(), verdict = excluded.verdict`,
    [run, target, decision, expiresAt, JSON.stringify(verdict)],
  );
  return { how: 'kept' };
}

async function claimNow(client: PoolClient, { id, order, by }: RunClaim): Promise<ClaimAnswer> {
  // Until the end of the transaction: another gate must not find the target free as well.
  await client.query('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', [SCHEMA, order.target]);
  const known = await findRun(client, 'where id = $1', id);
  if (known !== undefined) return { how: 'known', run: known };
  const busy = await findRun(
    client,
    `where target = $1 and ended_at is null and beat_at > now() - interval '${ALIVE_MS} milliseconds'`,
    order.target,
  );
  if (busy !== undefined) return { how: 'busy', run: busy };
  await client.query(
    `insert into ${SCHEMA}.started_run (id, target, run_order, started_by) values ($1, $2, $3, $4)`,
    [id, order.target, JSON.stringify(order), by],
  );
  return { how: 'started' };
}

async function findRun(
  client: Pool | PoolClient,
  where: string,
  value: string,
): Promise<StartedRun | undefined> {
  const { rows } = await client.query<Record<string, unknown>>(`${RUN} ${where} limit 1`, [value]);
  if (rows[0] === undefined) return undefined;
  const { startedAt, endedAt, ...run } = RunRow.parse(rows[0]);
  return { ...run, startedAt: startedAt.toISOString(), endedAt: endedAt?.toISOString() ?? null };
}

async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const done = await work(client);
    await client.query('commit');
    return done;
  } catch (error) {
    // The connection is thrown away, and the server rolls back.
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(broken);
  }
}
