import type { SideName } from './pairing.ts';

/** How far the first pass over one table has come. */
export interface TableProgress {
  readonly table: string;
  /** Rows that were hashed, of both sides together. */
  readonly rows: number;
  /** An estimate of how many there are, of both sides together. */
  readonly estimated: number;
  readonly rowsPerSecond: number;
  readonly secondsLeft: number;
}

/** The time that was given for the whole comparison has passed. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/** Counts what was read, tells how fast, and ends the work when its time is over. */
export class Meter {
  private rows = 0;
  private readonly started = performance.now();
  private readonly options: {
    readonly table: string;
    readonly estimated: number;
    /** On the clock of `performance.now()`. */
    readonly until?: number | undefined;
    readonly tell?: ((progress: TableProgress) => void) | undefined;
  };

  constructor(options: Meter['options']) {
    this.options = options;
  }

  /** Units of work that were finished on either side. */
  units = 0;

  /** @throws OutOfTime */
  read(_side: SideName, rows: number): void {
    const { table, estimated, tell } = this.options;
    this.rows += rows;
    const now = performance.now();
    const rowsPerSecond = (this.rows * 1000) / Math.max(1, now - this.started);
    tell?.({
      table,
      rows: this.rows,
      estimated: Math.max(estimated, this.rows),
      rowsPerSecond,
      secondsLeft: Math.max(0, estimated - this.rows) / Math.max(1, rowsPerSecond),
    });
    this.worked();
  }

  /** After a unit that reads again what was counted before. @throws OutOfTime */
  worked(): void {
    const { until } = this.options;
    this.units += 1;
    if (until !== undefined && performance.now() > until) {
      throw new OutOfTime('the time for the comparison is over');
    }
  }
}
