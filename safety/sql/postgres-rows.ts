import { Unavailable } from '../../contract/cannot-tell.ts';
import type { Client, CustomTypesConfig, QueryArrayConfig } from 'pg';
import { type SqlIdentity, type SqlPort, type SqlRows } from '../../contract/ports/sql-rows.ts';
import { identityOfPostgres, readOnlyConnection } from '../read-only-connection.ts';
import type { SqlLimits } from './limits.ts';

/** Every value as the server writes it. */
const AS_TEXT: CustomTypesConfig = { getTypeParser: () => (text: unknown) => text };

/** Reads rows from PostgreSQL. @param url connection string, already resolved */
export function openPostgresRows(url: string, { statementTimeoutMs, mostRows }: SqlLimits): SqlPort {
  const connection = readOnlyConnection(url, {
    statementTimeoutMs,
    lockTimeoutMs: Math.min(statementTimeoutMs, 2000),
    connectTimeoutMs: statementTimeoutMs,
  });
  const inTurn = <T>(look: (session: Client) => Promise<T>): Promise<T> =>
    connection.inTurn(look).catch((error: unknown) => {
      throw unavailable(error);
    });
  return {
    read: ({ text, values = [], as }) =>
      inTurn(async (session) => {
        if (as !== undefined) await become(session, as);
        // A cursor, so that a statement that forgot its limit does not fill our memory.
        const declared = {
          ...extended(`declare greenlight no scroll cursor for ${text}`),
          values: [...values],
        };
        await session.query(declared);
        const rows = await session.query<(string | null)[]>(
          extended(`fetch ${mostRows + 1} from greenlight`),
        );
        return rowsOf(
          rows.fields.map(({ name }) => name),
          rows.rows,
          mostRows,
        );
      }),
    identity: () => inTurn(identityOfPostgres),
    close: () => connection.close().catch(() => undefined),
  };
}

/** The extended protocol takes one statement and no second one behind a semicolon, which could end the transaction. */
function extended(text: string): QueryArrayConfig & { readonly queryMode: 'extended' } {
  return { text, rowMode: 'array', types: AS_TEXT, queryMode: 'extended' };
}

/** Row security is what is looked at then, so it must hold, and must not end the statement with an error. */
async function become(session: Client, { role, settings }: SqlIdentity): Promise<void> {
  await session.query('set local row_security = on');
  for (const [name, value] of Object.entries(settings))
    await session.query('select pg_catalog.set_config($1, $2, true)', [name, value]);
  if (role !== undefined) await session.query(`set local role ${session.escapeIdentifier(role)}`);
}

/** Rows by the names of their columns. */
export function rowsOf(
  columns: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  mostRows: number,
): SqlRows {
  return {
    columns,
    rows: rows
      .slice(0, mostRows)
      .map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null]))),
    more: rows.length > mostRows,
  };
}

const NEITHER_TABLE_NOR_COLUMN: readonly unknown[] = ['42P01', '42703', '42883', '42601', '3F000'];

function unavailable(error: unknown): Unavailable {
  const message = error instanceof Error ? error.message || String(error) : String(error);
  return new Unavailable(`PostgreSQL could not be asked: ${message}`, hintFor(error), { cause: error });
}

function hintFor(error: unknown): string {
  const code = (error as { readonly code?: unknown }).code;
  if (NEITHER_TABLE_NOR_COLUMN.includes(code))
    return 'correct the statement: run it by hand on this database';
  switch (code) {
    case '42501':
      return 'grant the role SELECT on what the statement reads (and no more); where row security holds it, BYPASSRLS';
    case '57014':
    case '55P03':
      return 'give it more time (budgetMs), an index, or less to read; it waits for no lock for long';
    case '25006':
      return 'let the statement only read: the session is read-only';
    default:
      return 'check the address, that the server runs, and that this machine and this role may connect';
  }
}
