import type { Histogram } from 'hdr-histogram-js';
import { studentQuantile } from './other-runs.ts';

/** A percentile in milliseconds, and where the true one lies with 95 % confidence. */
export interface PercentileInterval {
  readonly value: number;
  readonly lower: number;
  /** Infinity where so few samples bound nothing. */
  readonly upper: number;
}

/** Two-sided 95 % of the normal distribution. */
const Z = 1.96;
/** From so many samples on it is that of Student's. */
const LARGE = 12;

/**
 * Requests of one load are no independent samples: a stall meets all that are under way, and a busy minute all of its
 * requests. So only one in this many counts for how sure we are.
 */
export const DEPENDENT_REQUESTS = 10;

/**
 * The interval of a percentile from the order of the samples alone, whatever their distribution.
 * @param percentile 0 to 100, both excluded
 */
export function percentileInterval(histogram: Histogram, percentile: number): PercentileInterval {
  const share = percentile / 100;
  const samples = histogram.totalCount / DEPENDENT_REQUESTS;
  const reach = Z * Math.sqrt((share * (1 - share)) / samples);
  const at = (level: number): number =>
    Math.min(histogram.getValueAtPercentile(level * 100), histogram.maxValue) / 1000;
  if (histogram.totalCount === 0) return { value: NaN, lower: 0, upper: Infinity };
  return {
    value: at(share),
    lower: share - reach <= 0 ? 0 : at(share - reach),
    upper: share + reach >= 1 ? Infinity : at(share + reach),
  };
}

/**
 * The interval of a mean that is known otherwise, with the spread of these samples. Few of them bound it from below, by
 * Student's quantile: a target that takes ten seconds for each answer must not be unknown for having given so few.
 */
export function meanInterval(histogram: Histogram, value: number): PercentileInterval {
  if (histogram.totalCount < 2) return { value, lower: 0, upper: Infinity };
  const samples = Math.max(1, histogram.totalCount / DEPENDENT_REQUESTS);
  const quantile = samples < LARGE ? studentQuantile(Math.max(1, Math.floor(samples) - 1)) : Z;
  const reach = (quantile * (histogram.stdDeviation / 1000)) / Math.sqrt(samples);
  return { value, lower: Math.max(0, value - reach), upper: samples < 2 ? Infinity : value + reach };
}
