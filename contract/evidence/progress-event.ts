import { z } from 'zod';
import { Outcome } from './outcome.ts';

/** The pipe between Playwright and the command line on which progress travels; workers do not inherit it. */
export const PROGRESS_DESCRIPTOR = 3;

const ofTest = { check: z.string(), title: z.string(), project: z.string() };

/** One line of the pipe. */
export const ProgressEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('begin'), ...ofTest }),
  z.object({
    type: z.literal('end'),
    ...ofTest,
    /** Playwright's word. */
    status: z.string(),
    /** Of the finding, where the check recorded one. */
    outcome: Outcome.optional(),
    durationMs: z.number(),
  }),
  /** Every test of the stages up to this one has ended; what they left is in the fragment. */
  z.object({ type: z.literal('stages-ended'), through: z.number().int().nonnegative() }),
]);
export type ProgressEvent = z.infer<typeof ProgressEvent>;
/** One that people are shown. */
export type TestEvent = Exclude<ProgressEvent, { readonly type: 'stages-ended' }>;
