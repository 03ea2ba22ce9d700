import { z } from 'zod';
import { Decision, Phase } from '../contract/evidence/outcome.ts';
import type { RunOrder, StoredVerdict } from '../contract/ports/gate-store.ts';

/** What a store gives back is checked like everything else that comes from outside. */
export const StoredVerdictShape = z.object({
  run: z.string(),
  nonce: z.string(),
  phase: Phase,
  target: z.string(),
  release: z.string().nullable(),
  commit: z.string().nullable(),
  artifact: z.string().nullable(),
  decision: z.union([Decision, z.literal('pending')]),
  reason: z.string(),
  decidedAt: z.string(),
  expiresAt: z.string(),
  doubt: z.string().nullable(),
  digest: z.string(),
  proof: z.string().nullable(),
}) satisfies z.ZodType<StoredVerdict>;

export const RunOrderShape = z.object({
  target: z.string(),
  phase: Phase,
  release: z.string().nullable(),
  commit: z.string().nullable(),
  artifact: z.string().nullable(),
  nonce: z.string(),
}) satisfies z.ZodType<RunOrder>;
