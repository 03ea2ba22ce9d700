import { z } from 'zod';
import { CheckId } from '../plan/check-id.ts';
import { LoadResult } from './load-result.ts';
import { LoadSetting } from './load-setting.ts';
import { Phase } from '../evidence/outcome.ts';
import { Release } from '../plan/release.ts';

/** What must be the same for two results to be about the same thing. */
export const LoadFingerprint = z.strictObject({
  target: z.string(),
  /** Name and version. */
  engine: z.string(),
  model: LoadResult.shape.model,
  ...LoadSetting.shape,
});
export type LoadFingerprint = z.infer<typeof LoadFingerprint>;

/** What one passing run measured. */
export const BaselineRun = z.strictObject({
  run: z.string(),
  phase: Phase,
  release: Release.nullable(),
  decidedAt: z.string(),
  result: LoadResult,
});
export type BaselineRun = z.infer<typeof BaselineRun>;

/** One load check of a baseline; several runs show how much the same system differs from run to run. */
export const BaselineEntry = z.strictObject({
  check: CheckId,
  title: z.string(),
  fingerprint: LoadFingerprint,
  runs: z.array(BaselineRun).min(1),
});
export type BaselineEntry = z.infer<typeof BaselineEntry>;

/** What later runs are held against: measured by passing runs, never by others. */
export const Baseline = z.strictObject({
  schema: z.literal('greenlight/baseline@1'),
  savedAt: z.string(),
  greenlight: z.string(),
  entries: z.array(BaselineEntry).min(1),
  /** `sha256:<hex>` of the canonical JSON of all the rest. It finds what was edited, not who did it. */
  digest: z.string(),
});
export type Baseline = z.infer<typeof Baseline>;
