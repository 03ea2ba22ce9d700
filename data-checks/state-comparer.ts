import type { StateCheckId } from '../contract/plan/state-checks.ts';
import { type Connection, postgresAddress, unavailable } from './connection.ts';
import { openState, type StateComparison } from './postgres/state/check-state.ts';
import type { StateResult } from './postgres/state/state.ts';

/** Checks what two databases hold besides rows. */
export interface StateComparer {
  /** @throws PortUnavailable when a database can't be reached, or the connection is lost */
  check(check: StateCheckId): Promise<StateResult>;
  close(): Promise<void>;
}

/** A comparer that connects with the first question, and again after a lost connection. */
export function createStateComparer(connection: Connection, watchSeconds = 12): StateComparer {
  let open: StateComparison | undefined;
  const close = async (): Promise<void> => {
    const comparison = open;
    open = undefined;
    await comparison?.close();
  };
  return {
    check: async (check) => {
      try {
        open ??= await openState({
          old: postgresAddress(connection.old),
          new: postgresAddress(connection.new),
          statementTimeoutMs: connection.statementTimeoutMs,
          watchMs: watchSeconds * 1000,
        });
        return await open.check(check);
      } catch (error) {
        await close();
        throw unavailable(error) ?? error;
      }
    },
    close,
  };
}
