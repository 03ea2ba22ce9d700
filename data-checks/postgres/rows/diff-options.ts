import type { Estimate } from './estimate.ts';
import type { Identity } from './identity.ts';
import type { TableProgress } from './meter.ts';
import type { Mode } from './modes.ts';
import type { Segment } from './segment.ts';
import type { TableDiff, TablePair } from './table-diff.ts';

export interface DiffOptions {
  /** `postgres://` addresses of both databases. */
  readonly old: string;
  readonly new: string;
  /** What to compare; without it, every table of both sides by its name. */
  readonly tables?: readonly TablePair[];
  /** Names or patterns (`shop.*`, `order*`) that choose among all tables, when `tables` is not given. */
  readonly only?: readonly string[];
  /** Longest time of one statement in milliseconds; default 60,000. */
  readonly statementTimeoutMs?: number;
  /** Sessions that hash at the same time on each side; default 2. */
  readonly workers?: number;
  /** Bits of hash for each row; default 64. */
  readonly bits?: 64 | 128;
  /** Hashes with sha256 whatever the servers' own functions say. */
  readonly portable?: boolean;
  /** Differing rows that are listed for each table; all are counted. Default 20. */
  readonly mostShown?: number;
  /** Whether the values of differing cells may be shown; default `masked`. Keys are always shown. */
  readonly values?: 'masked' | 'shown';
  /** Why tables without any rows on both sides are right, when `tables` is not given. */
  readonly emptyBecause?: string;
  /** As in `TablePair`, when `tables` is not given. */
  readonly addedColumns?: 'expected';
  /** As in `TablePair`, for all tables whose new side has the column, when `tables` is not given. */
  readonly since?: NonNullable<TablePair['since']>;
  readonly direction?: 'rollback';
  /** What is known about writers; default `snapshot`. */
  readonly mode?: Mode;
  /** Longest wait for replication in milliseconds, in the modes that wait; default 30,000. */
  readonly waitMs?: number;
  /** Pauses before differing rows are read again, in milliseconds. */
  readonly pauses?: readonly number[];
  /** How long to wait for a server that went away, in milliseconds; default 30,000. */
  readonly patienceMs?: number;
  /** Rows are only counted: exactly, in one statement for each table and side. */
  readonly quick?: boolean;
  /** Compares one share of the rows; `addSegments` adds them up. */
  readonly segment?: Segment;
  /** Time for everything, in milliseconds; tables that don't fit are not checked. The most important ones come first. */
  readonly budgetMs?: number;
  /** Told once, before the first table. */
  readonly onEstimate?: (estimate: Estimate) => void;
  /** Told before each table that is compared. */
  readonly onTable?: (table: string) => void;
  /** Told after each unit of work. */
  readonly onProgress?: (progress: TableProgress) => void;
}

/** Everything that was found about two databases. */
export interface Diff {
  readonly tables: readonly TableDiff[];
  /** What is true of the whole comparison: the way of hashing. */
  readonly notes: readonly string[];
  readonly databases: { readonly old: Identity; readonly new: Identity };
}

/** Two databases, each open as of one moment. */
export interface Comparison {
  /** What is true of the whole comparison: the way of hashing. */
  readonly notes: readonly string[];
  /** The tables that were asked for, or all of both sides, each compared. */
  all(): Promise<readonly TableDiff[]>;
  /** Compares one table. @throws Error when a connection is lost for good */
  one(pair: TablePair, values?: 'masked' | 'shown'): Promise<TableDiff>;
  /** Which databases they are. */
  databases(): Promise<Diff['databases']>;
  close(): Promise<void>;
}
