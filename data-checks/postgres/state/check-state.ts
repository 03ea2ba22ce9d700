import { sideUnavailable } from '../../../contract/cannot-tell.ts';
import { STATE_CHECKS, type StateCheckId } from '../../../contract/plan/state-checks.ts';
import type { SideName } from '../rows/pairing.ts';
import { isLostConnection, openSession, type Session } from '../session.ts';
import { compareState } from './compare-state.ts';
import { STATE_DEFINITIONS } from './definitions.ts';
import { readWriteCounters, type WriteCounters, writesSince } from './quiet.ts';
import { readFrom } from './read-state.ts';
import { USER_RELATIONS } from './sources.ts';
import type { StateAnswer, StateResult } from './state.ts';

export interface StateOptions {
  /** `postgres://` addresses of both databases. */
  readonly old: string;
  readonly new: string;
  /** Longest time of one statement in milliseconds; default 60,000. */
  readonly statementTimeoutMs?: number;
  /** How long the old side is watched for writes, from the opening on, in milliseconds; default 12,000. */
  readonly watchMs?: number;
}

/** Both databases, open for state checks; all answers of a side come from one moment. Writes to neither. */
export interface StateComparison {
  /** @throws Unavailable when the connection to a side is lost */
  check(check: StateCheckId): Promise<StateResult>;
  close(): Promise<void>;
}

/**
 * Checks everything of two databases that is not rows, without writing to either.
 * @throws Unavailable when a side can't be reached, or its connection is lost
 */
export async function checkState(
  options: StateOptions & {
    /** Default: all. */
    readonly checks?: readonly StateCheckId[];
  },
): Promise<readonly StateResult[]> {
  const comparison = await openState(options);
  try {
    const results: StateResult[] = [];
    for (const check of options.checks ?? STATE_CHECKS) results.push(await comparison.check(check));
    return results;
  } finally {
    await comparison.close();
  }
}

/** @throws Unavailable when a side can't be reached */
export async function openState(options: StateOptions): Promise<StateComparison> {
  const open = async (side: SideName): Promise<Side> => {
    const statementTimeoutMs = options.statementTimeoutMs ?? 60_000;
    try {
      let counters: WriteCounters | undefined;
      const session = await openSession({ url: options[side], statementTimeoutMs });
      try {
        const watched = await readFrom(session, async () => {
          counters = await readWriteCounters(session);
          return [];
        });
        return { side, session, empty: await isEmpty(session), watched, counters };
      } catch (error) {
        await session.close();
        throw error;
      }
    } catch (error) {
      throw sideUnavailable(side, error);
    }
  };
  const [old, next] = await Promise.allSettled([open('old'), open('new')]);
  const close = async (): Promise<void> => {
    for (const one of [old, next]) if (one.status === 'fulfilled') await one.value.session.close();
  };
  if (old.status === 'rejected' || next.status === 'rejected') {
    await close();
    throw old.status === 'rejected' ? old.reason : (next as PromiseRejectedResult).reason;
  }
  const sides = [old.value, next.value] as const;
  return {
    check: async (check) => {
      const [before, after] = await Promise.all(
        sides.map((side) => ask(side, check, options.watchMs ?? 12_000)),
      );
      const [result] = compareState({ [check]: before }, { [check]: after }, [check]);
      if (result === undefined) throw new Error(`${check} has no result`);
      return result;
    },
    close,
  };
}

interface Side {
  readonly side: SideName;
  readonly session: Session;
  readonly empty: boolean;
  /** The counters of writes at the opening, or why they could not be read. */
  readonly watched: StateAnswer;
  readonly counters: WriteCounters | undefined;
}

async function ask(one: Side, check: StateCheckId, watchMs: number): Promise<StateAnswer> {
  // Everything would hold in a database without tables: that is the wrong database, not a sound one.
  if (one.empty) return { kind: 'unread', reason: 'the database has no tables: is it the right one?' };
  try {
    const definition = STATE_DEFINITIONS[check];
    return definition.kind === 'quiet'
      ? await watch(one, watchMs)
      : await readFrom(one.session, definition.source);
  } catch (error) {
    throw isLostConnection(error) ? sideUnavailable(one.side, error) : error;
  }
}

async function watch({ side, session, watched, counters }: Side, watchMs: number): Promise<StateAnswer> {
  if (side === 'new') return { kind: 'read', rows: [] };
  if (counters === undefined) return watched;
  return readFrom(session, (open) => writesSince(open, counters, watchMs));
}

async function isEmpty(session: Session): Promise<boolean> {
  const { rowCount } = await session.client.query(`select from ${USER_RELATIONS} limit 1`);
  return rowCount === 0;
}
