import type { Side } from './side.ts';

/** Which database a side is, so that parts of a comparison are only added up with their like. */
export interface Identity {
  readonly database: string;
  /** Null where the role may not ask for it. */
  readonly system: string | null;
}

export async function identityOf(side: Side): Promise<Identity> {
  const { client } = side.main;
  const { rows } = await client.query<{ database: string; may: boolean }>(
    `select current_database() as database, has_function_privilege('pg_catalog.pg_control_system()', 'execute') as may`,
  );
  const row = rows[0];
  if (row === undefined) throw new Error('the server did not say which database it is');
  if (!row.may) return { database: row.database, system: null };
  const system = await client.query<{ id: string }>(
    'select system_identifier::text as id from pg_control_system()',
  );
  return { database: row.database, system: system.rows[0]?.id ?? null };
}
