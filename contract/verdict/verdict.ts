import { z } from 'zod';
import { PlannedCheck } from '../plan/checks.ts';
import { Attestation } from '../evidence/attestation.ts';
import { Fault, KeptFile, Leftover, ToolVersions } from '../evidence/evidence.ts';
import { Finding } from '../evidence/finding.ts';
import { CheckState, Decision, Phase } from '../evidence/outcome.ts';
import { RequiredAttestation, Waiver } from './policy.ts';
import { Release } from '../plan/release.ts';

/** How one check of the manifest ended. */
export const CheckResult = z.strictObject({
  ...PlannedCheck.shape,
  state: CheckState,
  /** One plain sentence: what was seen, or why nothing was. */
  summary: z.string(),
  cause: z.string().nullable(),
  attempts: z.number().int().nonnegative(),
  durationMs: z.number().nonnegative(),
  /** Findings of the deciding attempt. */
  findings: z.array(Finding),
  /** Screenshots and traces of the deciding attempt, where some were kept. */
  files: z.array(KeptFile).optional(),
  /** The waiver that takes this failure out of the decision, if one counts. */
  waiver: Waiver.nullable(),
});
export type CheckResult = z.infer<typeof CheckResult>;

/** Verdicts of older versions do not count `empty`. */
const CountsByState = z.preprocess(
  (counts) => (typeof counts === 'object' && counts !== null ? { empty: 0, ...counts } : counts),
  z.record(CheckState, z.number().int().nonnegative()),
);

export const GroupResult = z.strictObject({
  id: z.string(),
  title: z.string(),
  passed: z.number().int().nonnegative(),
  of: z.number().int().nonnegative(),
  minimumRatio: z.number(),
  /** Only where more than that share is needed. */
  strictly: z.literal(true).optional(),
  minimumCount: z.number().int(),
  state: z.enum(['passed', 'failed', 'unknown']),
});
export type GroupResult = z.infer<typeof GroupResult>;

export const AttestationResult = z.strictObject({
  ...RequiredAttestation.shape,
  /** `expired`: it was given, and is too old. */
  state: z.enum(['attested', 'refused', 'expired', 'missing']),
  /** The word that decided; null while there is none. */
  by: Attestation.nullable(),
  /** What is known of one that is not given: since when it is too old, who withdrew it, what is open before it. */
  note: z.string().optional(),
});
export type AttestationResult = z.infer<typeof AttestationResult>;

/** The answer, and everything a reader needs to believe it. The only input of every report. */
export const Verdict = z.strictObject({
  schema: z.literal('greenlight/verdict@1'),
  decision: Decision,
  /** One sentence. */
  reason: z.string(),
  /** Every reason that holds against GO, worst first; empty for GO. */
  reasons: z.array(z.string()),
  run: z.strictObject({ id: z.string(), nonce: z.string(), phase: Phase }),
  subject: z.strictObject({
    target: z.string(),
    urls: z.record(z.string(), z.string()),
    wanted: Release.nullable(),
    /** What the target said it runs; null when it was not asked or did not say. */
    observed: z.strictObject({ id: z.string().optional(), commit: z.string().optional() }).nullable(),
  }),
  planDigest: z.string(),
  policyDigest: z.string(),
  /** `sha256:<hex>` of the evidence file; null while there is none. */
  evidenceDigest: z.string().nullable(),
  tools: ToolVersions,
  startedAt: z.string(),
  decidedAt: z.string(),
  expiresAt: z.string(),
  counts: z.strictObject({
    required: z.number().int().nonnegative(),
    states: CountsByState,
    waived: z.number().int().nonnegative(),
  }),
  /** In the order of the manifest. */
  checks: z.array(CheckResult),
  groups: z.array(GroupResult),
  attestations: z.array(AttestationResult),
  faults: z.array(Fault),
  leftovers: z.array(Leftover),
  /** What a reader should know although it did not decide: waivers that do not count, accepted leftovers. */
  notices: z.array(z.string()),
});
export type Verdict = z.infer<typeof Verdict>;
