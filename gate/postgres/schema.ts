/**
 * The gate's own schema; nothing outside of it is touched. Made by `greenlight gate migrate` and never by the gate
 * itself, so that the role of a gate needs no right to create anything.
 */
export const SCHEMA = 'greenlight_gate';

/** Every step that was ever released, in order. A step is never changed; add one. */
const STEPS: readonly string[] = [
  `create table ${SCHEMA}.verdict (
     run text primary key,
     target text not null,
     decision text not null,
     expires_at timestamptz not null,
     kept_at timestamptz not null default now(),
     verdict jsonb not null
   );
   create index verdict_target on ${SCHEMA}.verdict (target, expires_at);
   create table ${SCHEMA}.started_run (
     id text primary key,
     target text not null,
     run_order jsonb not null,
     started_by text not null,
     started_at timestamptz not null default now(),
     beat_at timestamptz not null default now(),
     ended_at timestamptz,
     exit_code integer
   );
   create index started_run_alive on ${SCHEMA}.started_run (target) where ended_at is null;`,
];

/** What the schema must be at for this version of the gate. */
export const SCHEMA_VERSION = STEPS.length;

interface Queryable {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/**
 * Version of the schema.
 * @returns 0 when there is none
 */
export async function versionOf(client: Queryable): Promise<number> {
  const { rows } = await client.query('select to_regclass($1) as found', [`${SCHEMA}.version`]);
  if ((rows[0] as { found: string | null }).found === null) return 0;
  const found = await client.query(`select coalesce(max(version), 0)::int as version from ${SCHEMA}.version`);
  return (found.rows[0] as { version: number }).version;
}

/**
 * Brings the schema up to date, all of it or nothing.
 * @returns the versions before and after
 */
export async function migrate(
  client: Queryable,
): Promise<{ readonly before: number; readonly after: number }> {
  await client.query('begin');
  try {
    // Two migrations at once would both see the old version.
    await client.query(`select pg_advisory_xact_lock(hashtext('${SCHEMA}'))`);
    const before = await versionOf(client);
    await client.query(`create schema if not exists ${SCHEMA}`);
    await client.query(
      `create table if not exists ${SCHEMA}.version (version integer primary key, at timestamptz not null default now())`,
    );
    for (let version = before + 1; version <= SCHEMA_VERSION; version += 1) {
      await client.query(STEPS[version - 1] ?? '');
      await client.query(`insert into ${SCHEMA}.version (version) values ($1)`, [version]);
    }
    await client.query('commit');
    return { before, after: Math.max(before, SCHEMA_VERSION) };
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
