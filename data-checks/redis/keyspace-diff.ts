import type { Room } from './room.ts';

export interface KeyspaceOptions {
  /** `redis://` or `rediss://` addresses; the number of the database is their path. */
  readonly old: string;
  readonly new: string;
  /** Only keys that begin with one of these; default: all. */
  readonly prefixes?: readonly string[];
  /** Keys to leave out; `*` stands for any text. */
  readonly ignore?: readonly string[];
  /** By how much the moments may differ at which a key expires, in milliseconds; default 1000. */
  readonly expiryToleranceMs?: number;
  /** How often differing keys are read again; default 3. */
  readonly rounds?: number;
  /** Pause before the first of these reads, in milliseconds; each further one is twice as long. Default 200. */
  readonly firstPauseMs?: number;
  /** Whether differing values may be shown; default `masked`. Keys and names of fields are always shown. */
  readonly values?: 'masked' | 'shown';
  /** Differing keys that are listed; all are counted. Default 20. */
  readonly mostShown?: number;
  /** Why no keys on both sides are right. */
  readonly emptyBecause?: string;
  /** Most of the new server's memory and clients that may be in use, as shares between 0 and 1. */
  readonly maxMemoryShare?: number;
  readonly maxClientsShare?: number;
  /** Longest wait for one answer, in milliseconds; default 60,000. */
  readonly timeoutMs?: number;
  readonly onProgress?: (progress: KeyspaceProgress) => void;
}

export interface KeyspaceProgress {
  readonly keys: number;
  readonly estimated: number;
  readonly keysPerSecond: number;
  readonly secondsLeft: number;
}

/** One key that is not the same on both sides. */
export interface KeyDifference {
  readonly kind: 'missing' | 'extra' | 'changed';
  readonly key: string;
  /** Of a changed key: `type`, `expiry`, `value`, `field x`...; undefined texts are masked, null is nothing. */
  readonly parts: readonly {
    readonly name: string;
    readonly old?: string | null;
    readonly new?: string | null;
  }[];
}

/** What was found about two keyspaces. Only `equal` is good. */
export interface KeyspaceDiff {
  /** `database 0`. */
  readonly old: string;
  readonly new: string;
  readonly answer: 'equal' | 'different' | 'not-checked' | 'unstable';
  /** Stable word for the kind of answer: `equal`, `keys-differ`, `nothing-compared`, `connection-lost`... */
  readonly cause: string;
  readonly reason: string;
  /** Keys that the scans saw; one that a server moved meanwhile may have been seen twice. */
  readonly oldKeys: number | null;
  readonly newKeys: number | null;
  readonly missing: number | null;
  readonly extra: number | null;
  readonly changed: number | null;
  /** The first ones only. */
  readonly differences: readonly KeyDifference[];
  readonly notCompared: readonly string[];
  /** Memory and clients of the new server. */
  readonly room: readonly Room[];
  readonly seconds: number;
}
