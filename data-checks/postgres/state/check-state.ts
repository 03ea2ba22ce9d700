import { SideUnavailable } from '../rows/diff-tables.ts';
import type { SideName } from '../rows/pairing.ts';
import { openSession } from '../session.ts';
import { compareState } from './compare-state.ts';
import { readState } from './read-state.ts';
import { STATE_CHECKS, type StateCheckId, type StateResult, type StateSnapshot } from './state.ts';

export interface StateOptions {
  /** `postgres://` addresses of both databases. */
  readonly old: string;
  readonly new: string;
  /** Default: all. */
  readonly checks?: readonly StateCheckId[];
  /** Longest time of one statement in milliseconds; default 60,000. */
  readonly statementTimeoutMs?: number;
}

/**
 * Compares everything of two databases that is not rows, without writing to either.
 * @throws SideUnavailable when a side can't be reached, or its connection is lost
 */
export async function checkState(options: StateOptions): Promise<readonly StateResult[]> {
  const checks = options.checks ?? STATE_CHECKS;
  const read = async (side: SideName): Promise<StateSnapshot> => {
    const statementTimeoutMs = options.statementTimeoutMs ?? 60_000;
    try {
      const session = await openSession({ url: options[side], statementTimeoutMs });
      try {
        return await readState(session, checks);
      } finally {
        await session.close();
      }
    } catch (error) {
      throw new SideUnavailable(side, error);
    }
  };
  const [old, next] = await Promise.allSettled([read('old'), read('new')]);
  if (old.status === 'rejected') throw old.reason;
  if (next.status === 'rejected') throw next.reason;
  return compareState(old.value, next.value, checks);
}
