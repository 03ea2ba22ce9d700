import { z } from 'zod';

/** How bad an incident is: P1 (an outage, or data is lost) to P4. */
export const Level = z.enum(['P1', 'P2', 'P3', 'P4']);
export type Level = z.infer<typeof Level>;

/** Levels in the two words that most tools have. */
export const Urgency = z.enum(['critical', 'warning']);
export type Urgency = z.infer<typeof Urgency>;

export const URGENCY_OF: Readonly<Record<Level, Urgency>> = {
  P1: 'critical',
  P2: 'critical',
  P3: 'warning',
  P4: 'warning',
};

/** Whether the first is worse than the second. */
export function isWorse(one: Level, other: Level): boolean {
  return Level.options.indexOf(one) < Level.options.indexOf(other);
}
