import type { Checkpoint } from './checkpoint.ts';
import type { Hashing, SideSql } from './hashing.ts';
import type { Meter } from './meter.ts';
import type { Pairing } from './pairing.ts';
import type { Side } from './side.ts';

/** Both sides of one table, ready to be asked. */
export interface Work {
  readonly pairing: Pairing;
  readonly sides: readonly [Side, Side];
  readonly sql: readonly [SideSql, SideSql];
  readonly checkpoint: Checkpoint;
  readonly meter: Meter;
  readonly hashing: Hashing;
}
