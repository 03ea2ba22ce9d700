import { z } from 'zod';
import { Severity } from '../evidence/outcome.ts';

/** What every check that a plan lists may say about its weight and its people. */
export const checkOptions = {
  severity: Severity.optional().describe(
    '`advisory`: it is shown and does not decide. The policy may say so for one phase. Default: it blocks',
  ),
  owner: z.string().regex(/\S/, 'must name somebody').optional().describe('who is called when it fails'),
  runbook: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('the address of what they read'),
};
