/** One series of an instant answer. `value` is NaN or infinite where the source said so: it is never made a number. */
export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What the source knows at one time. No series is an answer, and so is every warning about data that is missing. */
export interface InstantAnswer {
  readonly samples: readonly MetricSample[];
  readonly warnings: readonly string[];
}

/** One series over time; a time at which the source knew nothing has no point. */
export interface MetricHistory {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly { readonly atS: number; readonly value: number }[];
}

export interface RangeAnswer {
  readonly series: readonly MetricHistory[];
  readonly warnings: readonly string[];
}

/** Asks the store of the target's own metrics. Times are Unix seconds of the store's clock, not of ours. */
export interface MetricsPort {
  /** The store's time. @throws Unavailable */
  now(): Promise<number>;
  /** @throws Unavailable */
  instant(expression: string, atS: number): Promise<InstantAnswer>;
  /** Both ends are included. @throws Unavailable */
  range(expression: string, startS: number, endS: number, stepS: number): Promise<RangeAnswer>;
}
