/**
 * How late arrivals began, against the even schedule on which k6 makes them. A k6 without processor begins them late,
 * from outside a pod the only sign of it. Dropped arrivals hold their places on the schedule.
 */
export class ArrivalLag {
  readonly #periodMs: number;
  readonly #at: number[] = [];

  /** @param perSecond arrivals that this one k6 makes each second */
  constructor(perSecond: number) {
    this.#periodMs = 1000 / perSecond;
  }

  readonly add = (atMs: number): void => {
    this.#at.push(atMs);
  };

  get count(): number {
    return this.#at.length;
  }

  /** Milliseconds; null when nothing arrived. */
  get p99Ms(): number | null {
    if (this.#at.length === 0) return null;
    // Samples come in the order in which iterations end.
    const offsets = this.#at.sort((a, b) => a - b).map((at, index) => at - index * this.#periodMs);
    // Nothing begins early, so the earliest one was on time.
    const onTime = offsets.reduce((least, offset) => Math.min(least, offset), Infinity);
    const lags = offsets.map((offset) => offset - onTime).sort((a, b) => a - b);
    return lags[Math.ceil(lags.length * 0.99) - 1] ?? null;
  }
}
