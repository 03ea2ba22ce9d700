import { z } from 'zod';
import { Duration } from './duration.ts';
import { SecretString } from './secret.ts';

/** A place from which a schedule looks at the target: its name in the history. */
export const Location = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be a short name such as frankfurt or eu-west-1');

/** The place of whoever names none. */
export const HERE = 'default';

/** The pass that a schedule starts: `greenlight synthetic`. */
export const SyntheticPlan = z.strictObject({
  /** A pass must be done within this time; what it did not come to is unknown. */
  budget: Duration.default('60s'),
  /**
   * Every place that looks, by the names that `--location` gives. `greenlight status` fails when one of them is missing.
   * Default: nobody is expected, and whoever names no place is `default`.
   */
  locations: z.array(Location).default([]),
  /**
   * Called by GET after each pass that came to an answer, whatever the answer is: a dead man's switch that tells when it
   * is not called. It may hold a secret. An outage of it is told and changes nothing.
   */
  heartbeat: SecretString.optional(),
});
export type SyntheticPlan = z.infer<typeof SyntheticPlan>;
