import type { Decision, Phase } from '../outcome.ts';

/** The part of a verdict that a gate needs to answer a question. */
export interface StoredVerdict {
  readonly run: string;
  readonly nonce: string;
  readonly phase: Phase;
  readonly target: string;
  readonly release: string | null;
  readonly commit: string | null;
  readonly artifact: string | null;
  /** `pending`: the run was started and has not finished. */
  readonly decision: Decision | 'pending';
  readonly reason: string;
  /** ISO times. */
  readonly decidedAt: string;
  readonly expiresAt: string;
  /** What is wrong with a GO that must not be believed; null when nothing is. */
  readonly doubt: string | null;
}

/** What a store holds at one moment. */
export interface StoreReading {
  readonly verdicts: readonly StoredVerdict[];
  /** Entries that are no verdict of this version: cut short, edited, foreign. Names of runs, never paths. */
  readonly unreadable: readonly string[];
}

/** Where a gate finds verdicts. A store that cannot be read throws; the gate then never answers GO. */
export interface VerdictStore {
  readonly name: string;
  /** All verdicts about a target that are still kept. */
  about(target: string): Promise<StoreReading>;
}
