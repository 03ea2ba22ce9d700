import type pg from 'pg';
import { NEW_CONSTRAINTS, NEW_TABLES } from '../new-shop/schema.ts';
import { COPY_STEPS, type CopyStep } from './copy-steps.ts';
import { withClient } from './session.ts';

export interface MigrationOptions {
  readonly oldUrl: string;
  readonly newUrl: string;
  /** Default: the sound ones. */
  readonly steps?: readonly CopyStep[];
  /** Rows per batch; default 5000. */
  readonly batchRows?: number;
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Rows written, by table of the new database. */
export type MigrationResult = Readonly<Record<string, number>>;

/**
 * Moves the old shop's data into an empty new database: tables, rows in batches, then constraints, sequences and
 * statistics. Reads one snapshot of the old database and never writes there.
 */
export async function migrate(options: MigrationOptions): Promise<MigrationResult> {
  const session = { name: 'migration', signal: options.signal };
  return withClient({ ...session, url: options.oldUrl }, (source) =>
    withClient({ ...session, url: options.newUrl }, async (sink) => {
      await source.query('begin isolation level repeatable read read only');
      await sink.query(NEW_TABLES);
      const written: Record<string, number> = {};
      const steps = options.steps ?? COPY_STEPS;
      for (const step of steps) {
        const rows = await copy(source, sink, step, options);
        written[step.table] = (written[step.table] ?? 0) + rows;
        options.onProgress?.(`moved ${rows} ${step.table.replaceAll('_', ' ')}`);
      }
      await sink.query(NEW_CONSTRAINTS);
      for (const { table, sequence } of steps) if (sequence !== 'left') await continueSequence(sink, table);
      await sink.query('analyze');
      await source.query('commit');
      return written;
    }),
  );
}

interface Batch {
  /** A JSON array as text: it goes from server to server unread, so no 64-bit number or microsecond is lost. */
  readonly rows: string | null;
  readonly count: number;
  readonly last: string | null;
}

async function copy(
  source: pg.Client,
  sink: pg.Client,
  step: CopyStep,
  options: MigrationOptions,
): Promise<number> {
  const limit = options.batchRows ?? 5000;
  const next = async (after: string): Promise<Batch> => {
    options.signal?.throwIfAborted();
    const { rows } = await source.query<Batch>(
      `select json_agg(batch)::text as rows, count(*)::int as count, max(batch.id)::text as last
       from (select * from (${step.read}) as step where step.id > $1 order by step.id limit $2) as batch`,
      [after, limit],
    );
    return rows[0] ?? { rows: null, count: 0, last: null };
  };
  const columns = step.columns.join(', ');
  const insert = `insert into ${step.table} (${columns})
    select ${columns} from json_populate_recordset(null::${step.table}, $1::json)`;
  let written = 0;
  let batch = await next('0');
  while (batch.rows !== null && batch.last !== null) {
    // Both servers work at the same time: one reads the next batch while the other writes this one.
    const [following] = await Promise.all([next(batch.last), sink.query(insert, [batch.rows])]);
    written += batch.count;
    batch = following;
  }
  return written;
}

/** Ids were copied, so the identity column must go on after the highest one. */
async function continueSequence(sink: pg.Client, table: string): Promise<void> {
  await sink.query(
    `select setval(pg_get_serial_sequence('${table}', 'id'), coalesce(max(id), 1), max(id) is not null)
     from ${table}`,
  );
}
