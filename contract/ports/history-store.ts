import type { Phase } from '../evidence/outcome.ts';
import type { RunRecord } from '../history/run-record.ts';

/** Which records are asked for; everything that is given must hold. */
export interface HistoryQuery {
  readonly target: string;
  readonly phase?: Phase | undefined;
  readonly location?: string | undefined;
  /** Only starts at or after this time (ISO). */
  readonly since?: string | undefined;
  /** The newest ones only, at most this many. */
  readonly last?: number | undefined;
}

/** What a history holds at one moment. */
export interface HistoryReading {
  /** Oldest first, by the time of their start; each run once. */
  readonly records: readonly RunRecord[];
  /** What could not be read, one sentence each, with its place; the newest last. */
  readonly damaged: readonly string[];
  /** The newest entry is among the damaged. */
  readonly tailDamaged: boolean;
}

/** What retention took away. */
export interface Pruned {
  /** Records that are gone. */
  readonly removed: number;
  /** Older records that stayed, because a decision or an outcome changed with them. */
  readonly kept: number;
}

/** Where the records of runs are kept: append-only, by many processes at once. */
export interface HistoryStore {
  readonly name: string;
  /**
   * Keeps a record; a run that is there already stays as it is. Durable when it resolves.
   * @throws GreenlightError HISTORY_UNWRITABLE
   */
  append(record: RunRecord): Promise<void>;
  /** @throws GreenlightError HISTORY_UNREADABLE when nothing can be known; single damaged entries are told instead */
  read(query: HistoryQuery): Promise<HistoryReading>;
  /** Removes records of starts before a time (ISO), except those with which something changed. */
  prune(target: string, before: string): Promise<Pruned>;
  close(): Promise<void>;
}
