import { z } from 'zod';
import { Shown } from '../flow/statement.ts';
import { CheckId } from '../plan/check-id.ts';
import { Level } from './level.ts';

/** What an incident is about: one check of the target, or that we do not see the target from one place. */
const About = z.discriminatedUnion('is', [
  z.object({ is: z.literal('check'), check: CheckId }),
  z.object({ is: z.literal('blind'), location: z.string(), cause: z.string(), checks: z.array(CheckId) }),
]);

/** Something that is broken, from the run in which it was certain enough until it is seen to be well again. */
export const Incident = z.object({
  /**
   * Stable: the same after a restart and from every machine that reads the same history. Opening and resolving share it;
   * the next incident of the same check has another.
   */
  id: z.string(),
  about: About,
  level: Level,
  kind: z.string(),
  /** The first run that counted towards it, and the one in which it opened (ISO). */
  since: z.string(),
  openedAt: z.string(),
  /** Places from which it is broken. */
  locations: z.array(z.string()),
});
export type Incident = z.infer<typeof Incident>;

/** What one run changed: only this is told. */
export const Transition = z.object({
  /** Stable: the identity of an incident, the run and what happened. */
  key: z.string(),
  /** `raised`: it got worse. */
  what: z.enum(['opened', 'raised', 'resolved']),
  incident: Incident,
  run: z.string(),
  /** When the run ended (ISO). */
  at: z.string(),
  /** One plain sentence about the check, or about why we do not see. */
  summary: z.string(),
  measured: Shown.optional(),
  threshold: Shown.optional(),
  unit: z.string().optional(),
  /** What the target said it runs; what was wanted, where it said nothing. */
  release: z.string().optional(),
  /** Where the report of the run can be read. */
  report: z.string().optional(),
});
export type Transition = z.infer<typeof Transition>;
