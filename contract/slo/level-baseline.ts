import { z } from 'zod';
import { CheckId } from '../plan/check-id.ts';

/** One service level as it was in the first minutes after a cut-over. */
export const LevelNorm = z.strictObject({
  level: CheckId,
  title: z.string(),
  kind: z.enum(['latency', 'error-rate', 'availability', 'saturation', 'business-ratio']),
  /** `sha256:<hex>` of what is asked of the store; limits, windows and titles take no part. */
  asked: z.string(),
  /** Bad events (slow, failed, down) of so many; of a saturation, what was used of how much. */
  bad: z.number().nonnegative(),
  total: z.number().positive(),
});
export type LevelNorm = z.infer<typeof LevelNorm>;

/** What the target's own metrics said in the first minutes after a cut-over: what later minutes are held against. */
export const LevelBaseline = z.strictObject({
  schema: z.literal('greenlight/level-baseline@1'),
  savedAt: z.string(),
  greenlight: z.string(),
  target: z.string(),
  cutoverAt: z.string(),
  /** Seconds after it. */
  withinS: z.number().int().positive(),
  levels: z.array(LevelNorm).min(1),
  /** `sha256:<hex>` of the canonical JSON of all the rest. It finds what was edited, not who did it. */
  digest: z.string(),
});
export type LevelBaseline = z.infer<typeof LevelBaseline>;
