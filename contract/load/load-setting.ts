import { z } from 'zod';

/** What a load result depends on besides the target: only results with equal settings can be held against each other. */
export const LoadSetting = z.strictObject({
  /** `sha256:<hex>` of what was sent and how much of it; limits and titles take no part. */
  profile: z.string(),
  /** Hosts of the target, with their ports; `loopback` without, for there ports are dealt out. Older results have none. */
  addresses: z.array(z.string()).optional(),
  /** The machine that made the load, as far as its container lets it be used. */
  machine: z.strictObject({
    cpu: z.string(),
    cores: z.number().positive(),
    memoryGiB: z.number().nonnegative(),
    /** `linux x64`. */
    platform: z.string(),
    node: z.string(),
  }),
});
export type LoadSetting = z.infer<typeof LoadSetting>;
