import { z } from 'zod';
import { Severity } from '../evidence/outcome.ts';
import { Every } from './every.ts';

/** What every check that a plan lists may say about its weight and its people. */
export const checkOptions = {
  /** `advisory`: it is shown and does not decide. The policy may say so for one phase. Default: it blocks. */
  severity: Severity.optional(),
  /**
   * How often `greenlight synthetic` asks it: `5m`, `1h`. What did not pass is asked again by every pass. Default: every
   * pass. Other commands always ask it.
   */
  every: Every.optional(),
  /** Who is called when it fails. */
  owner: z.string().regex(/\S/, 'must name somebody').optional(),
  /** The address of what they read. */
  runbook: z.url({ protocol: /^https?$/ }).optional(),
};
