/** A statement should take about this long, in milliseconds: short enough to cancel, throttle, repeat and report. */
const AIM_MS = 700;

/** Finds the size of work units that take about the wanted time, from how long the last ones took. */
export class Pace {
  size: number;
  private readonly least: number;

  constructor(start: number, least: number) {
    this.size = Math.max(start, least);
    this.least = least;
  }

  /** Learns from a unit of `size` that took `ms`. Grows by at most four: the next rows may be wider. */
  took(size: number, ms: number): void {
    const factor = Math.min(4, Math.max(0.1, AIM_MS / Math.max(ms, 1)));
    this.size = Math.max(this.least, size * factor);
  }

  /** A unit of `size` was too much for the statement timeout. @returns false when it can't be made smaller */
  tooMuch(size: number): boolean {
    if (size <= this.least) return false;
    this.size = Math.max(this.least, size / 4);
    return true;
  }
}
