import { CannotTell, sideUnavailable } from '../../../contract/cannot-tell.ts';
import type { Client } from 'pg';
import { lookAtFence } from './fence.ts';
import type { SideName } from './pairing.ts';
import { RECHECKS } from './recheck.ts';
import { findReplication } from './replication.ts';
import { openWatcher } from './watcher.ts';

/**
 * What is known about writers during a comparison.
 * - `snapshot`: nothing; each side is read as of one moment, and those moments are not the same
 * - `fenced`: old is read-only and new has received everything; both are proved, or nothing is checked
 * - `barrier`: old is written to; new is read after it has received what old had, and differing rows are read again
 * - `live`: both are written to; differing rows are read again until they are equal or stand still
 */
export type Mode = 'snapshot' | 'fenced' | 'barrier' | 'live';

/** A stable word, and a sentence. */
export interface Refusal {
  readonly word: string;
  readonly reason: string;
}

/** What a mode adds to a comparison. */
export interface Watch {
  readonly notes: readonly string[];
  /** Why nothing may be compared; with its stable word. */
  readonly refusal: Refusal | undefined;
  /** Waits, between the snapshots of old and new, until new has what old had. @throws CannotTell */
  arrived(): Promise<void>;
  /** Why what was compared can't be relied on. */
  broken(): Promise<string | undefined>;
  /** Pauses before differing rows are read again; undefined where the snapshots' answer is final. */
  readonly pauses: readonly number[] | undefined;
  close(): Promise<void>;
}

export interface WatchOptions {
  readonly mode: Mode;
  readonly old: string;
  readonly new: string;
  readonly statementTimeoutMs: number;
  /** Longest wait for replication, in milliseconds. */
  readonly waitMs: number;
  /** Other pauses than `RECHECKS`. */
  readonly pauses?: readonly number[] | undefined;
}

/** @throws Error of the server or the driver */
export async function openWatch(options: WatchOptions): Promise<Watch> {
  const { mode, waitMs, pauses = RECHECKS } = options;
  const nothing: Watch = {
    notes: [],
    refusal: undefined,
    arrived: async () => undefined,
    broken: async () => undefined,
    pauses: mode === 'live' ? pauses : undefined,
    close: async () => undefined,
  };
  if (mode === 'snapshot' || mode === 'live') return nothing;
  const watcher = (side: SideName): Promise<Client> =>
    openWatcher(options[side], options.statementTimeoutMs).catch((error: unknown) => {
      throw sideUnavailable(side, error);
    });
  const old = await watcher('old');
  const next = await watcher('new').catch(async (error: unknown) => {
    await old.end();
    throw error;
  });
  const close = async (): Promise<void> => {
    await Promise.all([old, next].map((client) => client.end().catch(() => undefined)));
  };
  try {
    const fence = mode === 'fenced' ? await lookAtFence(old) : undefined;
    const replication = await findReplication(old, next);
    const arrived = async (): Promise<void> => {
      const late = await replication.drained(waitMs);
      if (late !== undefined) throw new CannotTell('not-drained', `Replication is not drained: ${late}`);
    };
    const refusal =
      fence?.problem !== undefined
        ? { word: 'not-fenced', reason: `The fence is not proved: ${fence.problem}` }
        : replication.problem !== undefined
          ? { word: 'not-drained', reason: `Replication is not drained: ${replication.problem}` }
          : undefined;
    return {
      ...nothing,
      notes: replication.notes,
      refusal,
      arrived,
      broken: async () => fence?.broken(),
      pauses: mode === 'barrier' ? pauses : undefined,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
