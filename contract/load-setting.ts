import { z } from 'zod';

/** What a load result depends on besides the target: only results with equal settings can be held against each other. */
export const LoadSetting = z.strictObject({
  /** `sha256:<hex>` of what was sent and how much of it; limits and titles take no part. */
  profile: z.string(),
  /** The machine that made the load. */
  machine: z.strictObject({
    cpu: z.string(),
    cores: z.number().int().positive(),
    memoryGiB: z.number().nonnegative(),
    /** `linux x64`. */
    platform: z.string(),
    node: z.string(),
  }),
});
export type LoadSetting = z.infer<typeof LoadSetting>;
