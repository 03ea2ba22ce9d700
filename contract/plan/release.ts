import { z } from 'zod';

/** What should be running. */
export const Release = z.strictObject({
  /** An id with a line end of Windows behind it is no other release, and would be taken for one. */
  id: z.string().regex(/^\S(?:.*\S)?$/su, 'must not be empty, and not begin or end with a blank'),
  /** A branch, an empty variable or a few digits can never be what runs: that is no reason to roll back. */
  commit: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/i, 'must be 7 to 64 hexadecimal digits')
    .optional(),
  /** Digest of the artifact, `sha256:<hex>`. */
  artifact: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional(),
});
export type Release = z.infer<typeof Release>;
