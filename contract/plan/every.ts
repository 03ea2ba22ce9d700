import { z } from 'zod';
import { Duration, durationMs } from './duration.ts';

const LEAST_MS = 60_000;

/** How often a check is asked by passes of a schedule. A schedule starts no process more often than once a minute. */
export const Every = z
  .string()
  .refine(
    (text) => Duration.safeParse(text).success && durationMs(text) >= LEAST_MS,
    'must be a span of time of at least a minute, such as 5m or 1h',
  );
