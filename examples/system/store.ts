import { randomUUID } from 'node:crypto';
import type pg from 'pg';

export type Row = Readonly<Record<string, unknown>>;

/** Where a stand-in keeps what its users create. */
export interface Store {
  add(kind: string, row: Row): Promise<Row & { readonly id: string }>;
  find(kind: string, id: string): Promise<Row | undefined>;
  all(kind: string): Promise<readonly Row[]>;
  /** All that have this value. @returns whether there was one */
  removeBy(kind: string, field: string, value: string): Promise<boolean>;
}

/** In memory, for a system whose cut-over document knows no database. */
export function memoryStore(): Store {
  const kinds = new Map<string, Map<string, Row>>();
  const of = (kind: string): Map<string, Row> => {
    const known = kinds.get(kind) ?? new Map<string, Row>();
    kinds.set(kind, known);
    return known;
  };
  return {
    add: async (kind, row) => {
      const added = { ...row, id: randomUUID() };
      of(kind).set(added.id, added);
      return added;
    },
    find: async (kind, id) => of(kind).get(id),
    all: async (kind) => [...of(kind).values()],
    removeBy: async (kind, field, value) => {
      const found = [...of(kind)].filter(([, row]) => row[field] === value);
      for (const [id] of found) of(kind).delete(id);
      return found.length > 0;
    },
  };
}

/** In a real PostgreSQL: `kind` is a table that has `id bigint generated always as identity`. */
export function postgresStore(pool: pg.Pool): Store {
  return {
    add: async (kind, row) => {
      const names = Object.keys(row);
      const { rows } = await pool.query<Row & { id: string }>(
        `insert into ${kind} (${names.join(', ')}) values (${names.map((_, at) => `$${at + 1}`).join(', ')}) returning *`,
        Object.values(row),
      );
      const [added] = rows;
      if (added === undefined) throw new Error(`nothing was inserted into ${kind}`);
      return { ...added, id: String(added.id) };
    },
    find: async (kind, id) =>
      /^\d+$/.test(id)
        ? (await pool.query<Row>(`select * from ${kind} where id = $1`, [id])).rows[0]
        : undefined,
    all: async (kind) => (await pool.query<Row>(`select * from ${kind} order by id desc limit 50`)).rows,
    removeBy: async (kind, field, value) =>
      ((await pool.query(`delete from ${kind} where ${field} = $1`, [value])).rowCount ?? 0) > 0,
  };
}
