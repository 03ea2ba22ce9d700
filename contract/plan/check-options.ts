import { z } from 'zod';
import { Severity } from '../evidence/outcome.ts';

/** What every check that a plan lists may say about its weight and its people. */
export const checkOptions = {
  /** `advisory`: it is shown and does not decide. The policy may say so for one phase. Default: it blocks. */
  severity: Severity.optional(),
  /** Who is called when it fails. */
  owner: z.string().regex(/\S/, 'must name somebody').optional(),
  /** The address of what they read. */
  runbook: z.url({ protocol: /^https?$/ }).optional(),
};
