import type { StateCheckId } from '../../../contract/state-checks.ts';
import { isLostConnection, type Session } from '../session.ts';
import { unreadableReason } from '../unreadable.ts';
import { STATE_DEFINITIONS } from './definitions.ts';
import type { StateAnswer, StateSnapshot } from './state.ts';

/**
 * Reads what the chosen checks need from one side, all as of one moment. What can't be read is an answer, too.
 * @throws Error when the connection is lost: then nothing is known
 */
export async function readState(session: Session, checks: readonly StateCheckId[]): Promise<StateSnapshot> {
  const snapshot: Partial<Record<StateCheckId, StateAnswer>> = {};
  for (const check of checks) snapshot[check] = await readOne(session, check);
  return snapshot;
}

async function readOne(session: Session, check: StateCheckId): Promise<StateAnswer> {
  await session.client.query('savepoint before_check');
  try {
    const rows = await STATE_DEFINITIONS[check].source(session);
    await session.client.query('release savepoint before_check');
    return { kind: 'read', rows };
  } catch (error) {
    if (isLostConnection(error)) throw error;
    await session.client.query('rollback to savepoint before_check');
    return { kind: 'unread', reason: unreadableReason(error) };
  }
}
