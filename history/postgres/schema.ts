/** The history's own schema; nothing outside of it is touched. Made by `greenlight history migrate`, never by a run. */
export const SCHEMA = 'greenlight_history';

/** Every step that was ever released, in order. A step is never changed; add one. */
const STEPS: readonly string[] = [
  `create table ${SCHEMA}.run (
     target text not null,
     run text not null,
     phase text not null,
     location text not null,
     started_at timestamptz not null,
     decision text,
     recorded_at timestamptz not null default now(),
     -- Of old records only: something changed with it, so it stays.
     changed boolean not null default false,
     record jsonb not null,
     primary key (target, run)
   );
   create index run_started on ${SCHEMA}.run (target, phase, started_at desc);`,
];

/** What the schema must be at for this version. */
export const SCHEMA_VERSION = STEPS.length;

interface Queryable {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** Version of the schema; 0 when there is none. */
export async function versionOf(client: Queryable): Promise<number> {
  const { rows } = await client.query('select to_regclass($1) as found', [`${SCHEMA}.version`]);
  if ((rows[0] as { found: string | null }).found === null) return 0;
  const found = await client.query(`select coalesce(max(version), 0)::int as version from ${SCHEMA}.version`);
  return (found.rows[0] as { version: number }).version;
}

/** Brings the schema up to date, all of it or nothing. */
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
