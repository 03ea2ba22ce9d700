import { isLostConnection, type Session } from '../session.ts';
import { unreadableReason } from '../unreadable.ts';
import type { Source } from './sources.ts';
import type { StateAnswer } from './state.ts';

/**
 * Asks one source. What can't be read is an answer, too.
 * @throws Error when the connection is lost
 */
export async function readFrom(session: Session, source: Source): Promise<StateAnswer> {
  await session.client.query('savepoint before_check');
  try {
    const rows = await source(session);
    // Nothing was written, and this lets go of the locks.
    await session.client.query('rollback to savepoint before_check');
    return { kind: 'read', rows };
  } catch (error) {
    if (isLostConnection(error)) throw error;
    await session.client.query('rollback to savepoint before_check');
    return { kind: 'unread', reason: unreadableReason(error) };
  } finally {
    // Of a connection that is lost, the next question tells.
    await session.client.query('release savepoint before_check').catch((error: unknown) => {
      if (!isLostConnection(error)) throw error;
    });
  }
}
