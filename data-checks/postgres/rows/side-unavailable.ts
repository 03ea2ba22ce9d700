import type { SideName } from './pairing.ts';

/** One of the databases can't be compared at all. */
export class SideUnavailable extends Error {
  override readonly name = 'SideUnavailable';
  readonly side: SideName;
  constructor(side: SideName, cause: unknown) {
    super(cause instanceof Error ? cause.message || cause.name : String(cause), { cause });
    this.side = side;
  }
}
