import { exitCodeOf } from '../../contract/exit-codes.ts';
import type { Outcome } from '../../contract/evidence/outcome.ts';
import { outcomeOfRows } from '../../data-checks/outcome-of-rows.ts';
import type { Diff } from '../../data-checks/postgres/rows/diff-tables.ts';
import type { StateResult } from '../../data-checks/postgres/state/state.ts';
import type { Room } from '../../data-checks/redis/room.ts';
import type { KeyspaceDiff } from '../../data-checks/redis/keyspace-diff.ts';

/** Different rows outrank tables that nobody could compare; no table at all is no comparison. */
export function exitCodeOfDiff({ tables }: Pick<Diff, 'tables'>): number {
  return exitCodeOf(
    tables.map((table): Outcome => {
      // What another segment compares is that one's business; the adder demands it.
      const elsewhere =
        table.cause === 'other-segment' || (table.share !== undefined && table.cause === 'nothing-compared');
      return elsewhere ? 'pass' : outcomeOfRows(table, { rows: 'equal' });
    }),
  );
}

const OF_STATE: Record<StateResult['answer'], Outcome> = {
  holds: 'pass',
  warned: 'pass',
  broken: 'fail',
  'not-checked': 'unknown',
};

/** What the state checks of two databases come to. */
export function exitCodeOfState(results: readonly StateResult[]): number {
  return exitCodeOf(results.map(({ answer }) => OF_STATE[answer]));
}

const OF_KEYS: Record<KeyspaceDiff['answer'], Outcome> = {
  equal: 'pass',
  different: 'fail',
  'not-checked': 'unknown',
  unstable: 'unknown',
};

const OF_ROOM: Record<Room['answer'], Outcome> = {
  within: 'pass',
  shown: 'pass',
  over: 'fail',
  'not-checked': 'unknown',
};

/** Different keys, or a server that is too full, outrank what nobody could tell. */
export function exitCodeOfKeyspaces({ answer, room }: Pick<KeyspaceDiff, 'answer' | 'room'>): number {
  return exitCodeOf([OF_KEYS[answer], ...room.map((one) => OF_ROOM[one.answer])]);
}
