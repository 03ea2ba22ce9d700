import type { Pool } from 'pg';
import { GreenlightError } from '../../contract/errors.ts';
import { followChanges, isChange } from '../../contract/history/changes.ts';
import { parseRunRecord, type RunRecord } from '../../contract/history/run-record.ts';
import type { HistoryQuery, HistoryReading, HistoryStore } from '../../contract/ports/history-store.ts';
import { migrate, SCHEMA, SCHEMA_VERSION, versionOf } from './schema.ts';

/** A pass has a minute; a database that does not answer must not take it. */
const TIMEOUT_MS = 5000;
/** What JSON may hold and PostgreSQL refuses: a NUL, and half of a character, as where a text was cut. */
const NOT_KEPT = /\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/**
 * Records in the user's PostgreSQL, for fleets. Nothing is asked of the database before it is used.
 * @param url `postgres://user:password@host:5432/name`
 */
export async function createPostgresStore(url: string): Promise<HistoryStore> {
  const pool = await openPool(url);
  let checked: Promise<void> | undefined;
  const ready = async (): Promise<void> => {
    checked ??= mustBeCurrent(pool);
    try {
      await checked;
    } catch (error) {
      // A server that was away at the start of a pass may be back at its end.
      checked = undefined;
      throw error;
    }
  };
  return {
    name: 'postgres',
    async append(record) {
      try {
        await ready();
        await pool.query(
          `insert into ${SCHEMA}.run (target, run, phase, location, started_at, decision, record)
           values ($1, $2, $3, $4, $5, $6, $7) on conflict (target, run) do nothing`,
          [
            record.target,
            record.run,
            record.phase,
            record.location,
            record.startedAt,
            record.decision,
            JSON.stringify(record).replaceAll(NOT_KEPT, String.raw`\ufffd`),
          ],
        );
      } catch (cause) {
        throw asIs(cause) ?? new GreenlightError('HISTORY_UNWRITABLE', 'PostgreSQL', { cause });
      }
    },
    async read(query) {
      try {
        await ready();
        return await readRuns(pool, query);
      } catch (cause) {
        throw asIs(cause) ?? new GreenlightError('HISTORY_UNREADABLE', 'PostgreSQL', { cause });
      }
    },
    async prune(target, before) {
      try {
        await ready();
        return await pruneRuns(pool, target, before);
      } catch (cause) {
        throw asIs(cause) ?? new GreenlightError('HISTORY_UNWRITABLE', 'PostgreSQL', { cause });
      }
    },
    close: () => pool.end(),
  };
}

/** Makes or updates the schema. @throws GreenlightError HISTORY_UNWRITABLE when it cannot */
export async function migrateHistory(
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
    throw new GreenlightError('HISTORY_UNWRITABLE', 'its schema could not be made', { cause });
  } finally {
    await pool.end();
  }
}

async function openPool(url: string): Promise<Pool> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'greenlight history',
    max: 2,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  // A connection that breaks while nobody uses it would otherwise end the process; the next query tells.
  pool.on('error', () => undefined);
  return pool;
}

async function mustBeCurrent(pool: Pool): Promise<void> {
  const version = await versionOf(pool);
  if (version === SCHEMA_VERSION) return;
  const found = version === 0 ? 'holds no schema of a history' : `is at version ${version}`;
  throw new GreenlightError(
    'HISTORY_OUTDATED',
    `the database ${found}, and version ${SCHEMA_VERSION} is needed`,
  );
}

async function readRuns(pool: Pool, query: HistoryQuery): Promise<HistoryReading> {
  const { target, phase, location, since, last } = query;
  const { rows } = await pool.query<{ run: string; record: unknown }>(
    `select run, record from ${SCHEMA}.run
     where target = $1 and ($2::text is null or phase = $2) and ($3::text is null or location = $3)
       and ($4::timestamptz is null or started_at >= $4)
     order by started_at desc limit $5`,
    [target, phase ?? null, location ?? null, since ?? null, last ?? null],
  );
  const damaged: string[] = [];
  const records: RunRecord[] = [];
  let tailDamaged = false;
  for (const [index, { run, record }] of rows.entries()) {
    const read = parseRunRecord(record);
    if (typeof read !== 'string') records.push(read);
    else {
      damaged.push(`run ${run} ${read}`);
      if (index === 0) tailDamaged = true;
    }
  }
  return { records: records.reverse(), damaged: damaged.reverse(), tailDamaged };
}

/** What was found to be a change once is never looked at again, except as what is known before the rest. */
async function pruneRuns(
  pool: Pool,
  target: string,
  before: string,
): Promise<{ readonly removed: number; readonly kept: number }> {
  const oldest = await pool.query(
    `select 1 from ${SCHEMA}.run where target = $1 and started_at < $2 and not changed limit 1`,
    [target, before],
  );
  if (oldest.rows.length === 0) return { removed: 0, kept: 0 };
  const { rows } = await pool.query<{ run: string; changed: boolean; record: unknown }>(
    `select run, changed, record from ${SCHEMA}.run where target = $1 and started_at < $2 order by started_at`,
    [target, before],
  );
  const follow = followChanges();
  const [keep, remove]: [string[], string[]] = [[], []];
  for (const { run, changed, record } of rows) {
    const read = parseRunRecord(record);
    // What cannot be read is not ours to remove.
    const change = typeof read === 'string' || isChange(follow(read));
    if (changed) continue;
    (change ? keep : remove).push(run);
  }
  await pool.query(`update ${SCHEMA}.run set changed = true where target = $1 and run = any($2)`, [
    target,
    keep,
  ]);
  const gone = await pool.query(
    `delete from ${SCHEMA}.run where target = $1 and run = any($2) and not changed`,
    [target, remove],
  );
  return { removed: gone.rowCount ?? 0, kept: keep.length };
}

function asIs(cause: unknown): GreenlightError | undefined {
  return cause instanceof GreenlightError ? cause : undefined;
}
