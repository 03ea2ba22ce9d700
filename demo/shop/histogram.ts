/** Counts seconds by boundary, as Prometheus reads them: each bucket holds also those below. */
export interface Histogram {
  observe(seconds: number): void;
  /** The lines of a scrape. */
  lines(name: string): readonly string[];
}

/** @param bounds seconds, ascending */
export function createHistogram(bounds: readonly number[]): Histogram {
  const within = new Map(bounds.map((bound) => [bound, 0]));
  let count = 0;
  let sum = 0;
  return {
    observe: (seconds) => {
      count += 1;
      sum += seconds;
      for (const [bound, so] of within) if (seconds <= bound) within.set(bound, so + 1);
    },
    lines: (name) => [
      `# TYPE ${name} histogram`,
      ...[...within].map(([bound, so]) => `${name}_bucket{le="${bound}"} ${so}`),
      `${name}_bucket{le="+Inf"} ${count}`,
      `${name}_sum ${sum}`,
      `${name}_count ${count}`,
    ],
  };
}
