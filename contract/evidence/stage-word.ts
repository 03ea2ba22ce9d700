import { z } from 'zod';
import { CheckId } from '../plan/check-id.ts';

/**
 * What a run says to one stage of its Playwright, once the stages before it were judged: which of its checks may start.
 * The tests of a stage wait for this word.
 */
export const StageWord = z.strictObject({
  /** When it was said, ISO. */
  at: z.string(),
  /** Nothing else starts. */
  checks: z.array(CheckId),
  /** What the run names among the checks that it did not start. Whatever is in neither list was planned by nobody. */
  refused: z.array(CheckId),
  /** Whether workers of earlier stages must be gone first: what they still close would be measured. */
  alone: z.boolean(),
  /** Why nothing may be created on the target in this stage; absent when it may. */
  createNothing: z.string().optional(),
});
export type StageWord = z.infer<typeof StageWord>;

/** Name of the file of a word inside the run directory. Stages are counted anew in each session. */
export function stageWordName(session: number, stage: number): string {
  return `stage-${session}-${stage}.json`;
}

/**
 * The Playwright annotation of tests that wait for the word of their stage. Whatever lacks it would start at once, so
 * such stages get a Playwright of their own. Reports of Playwright leave out types that begin with an underscore.
 */
export const WAITS_ANNOTATION = '_greenlight:waits';
