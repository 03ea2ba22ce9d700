/** A value as the server writes it, whatever its type: exact, and the same for every driver. `null` is SQL's NULL. */
export type SqlValue = string | null;

/** One statement that reads. */
export interface SqlQuery {
  /** It begins with `select` or `with`, and is one statement. */
  readonly text: string;
  /** For the placeholders of the statement: `$1` on PostgreSQL, `?` on MariaDB and MySQL. */
  readonly values?: readonly (string | number | boolean | null)[];
  /** As whom it is asked, on PostgreSQL; by default as the role of the address, which must not be held by row security. */
  readonly as?: SqlIdentity;
}

/** Somebody whom row-level security of PostgreSQL tells apart. */
export interface SqlIdentity {
  /** `set local role`; by default the role of the address. */
  readonly role?: string;
  /** `set local`, such as `request.jwt.claims`, which policies read. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What a statement gave. */
export interface SqlRows {
  readonly columns: readonly string[];
  /** By the name of the column; of two columns of one name the last one counts. */
  readonly rows: readonly Readonly<Record<string, SqlValue>>[];
  /** There are more rows than are read. */
  readonly more: boolean;
}

/** Asks one database, in a read-only transaction for each statement: all of one answer is of one moment. */
export interface SqlPort {
  /** @throws Unavailable */
  read(query: SqlQuery): Promise<SqlRows>;
  /** The same text for the same database of the same running server, however it is addressed. @throws Unavailable */
  identity(): Promise<string>;
  /** Ends the connection; never throws. */
  close(): Promise<void>;
}

/** A number, where the value is one. */
export function sqlNumber(value: SqlValue | undefined): number | undefined {
  if (value === null || value === undefined || !/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(value.trim()))
    return undefined;
  return Number(value);
}

/** A truth value, as PostgreSQL (`t`), MariaDB (`1`) and columns of text (`true`, `on`, `yes`) hold it. */
export function sqlBoolean(value: SqlValue | undefined): boolean | undefined {
  const word = value?.trim().toLowerCase() ?? '';
  if (['t', 'true', '1', 'on', 'yes', 'y', '\u0001'].includes(word)) return true;
  if (['f', 'false', '0', 'off', 'no', 'n', '\u0000'].includes(word)) return false;
  return undefined;
}

/**
 * A moment in milliseconds since 1970. A value without a zone is taken as UTC, which every session is set to; a column of
 * local times must be converted by the statement.
 */
export function sqlMoment(value: SqlValue | undefined): number | undefined {
  const found =
    /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/i.exec(
      value?.trim() ?? '',
    );
  if (!found) return undefined;
  const [, day, time = '00:00', zone = 'Z'] = found;
  // JavaScript wants minutes in a zone, which PostgreSQL leaves out.
  const moment = Date.parse(`${day}T${time}${/^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone}`);
  return Number.isNaN(moment) ? undefined : moment;
}
