import { z } from 'zod';

/** What should be running. */
export const Release = z.strictObject({
  id: z.string().min(1),
  commit: z.string().optional(),
  /** Digest of the artifact, `sha256:<hex>`. */
  artifact: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional(),
});
export type Release = z.infer<typeof Release>;
