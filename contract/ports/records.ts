/** Asks the database (or whatever holds the rows) for rows by equality. */
export interface RecordsQuery {
  /** Which side; default `new`. */
  readonly side?: 'old' | 'new';
  /** Table, optionally with schema: `public.orders`. */
  readonly from: string;
  readonly where: Readonly<Record<string, string | number | boolean | null>>;
  /** Most rows to return; default 10. */
  readonly limit?: number;
}

export interface RecordsAnswer {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** One side of a table mapping, as the counting reads it. */
export interface CountQuery {
  /** As the plan names it. */
  readonly table: string;
  /** An SQL condition (PostgreSQL) or whatever the user's reader understands. */
  readonly filter?: string;
  /** Columns whose exact sum is compared. */
  readonly sums?: readonly string[];
}

/** `sums` are decimal strings: a sum of bigints does not fit a JavaScript number. */
export type CountAnswer =
  | {
      readonly kind: 'counted';
      readonly rows: number;
      readonly sums: Readonly<Record<string, string>>;
      /** The same for the same table of the same running server, and for nothing else; absent when not known. */
      readonly relation?: string;
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Looks up rows by equality, for flows that observe the database. */
export interface RecordLookup {
  /** Rows whose columns equal what `where` names. @throws PortUnavailable when the store cannot be asked */
  find(query: Omit<RecordsQuery, 'side'>): Promise<RecordsAnswer>;
  /** Proves that the store can be asked. @throws PortUnavailable */
  ready(): Promise<void>;
  /** The same text for the same database of the same running server, however it is addressed. @throws PortUnavailable */
  identity?(): Promise<string>;
  /** Called once, at the end. */
  close(): Promise<void>;
}

/** Counts rows, for the data checks. */
export interface RowCounter {
  /** Exact counts of several tables, all from one consistent view where the store has one. @throws PortUnavailable */
  count(queries: readonly CountQuery[]): Promise<readonly CountAnswer[]>;
  close(): Promise<void>;
}

/** What a reader of the user's own must do, for rows that are in neither PostgreSQL nor behind HTTP. */
export interface RecordsReader extends RecordLookup, RowCounter {}
