import { z } from 'zod';
import { Attestation, Seen } from '../evidence/attestation.ts';
import { CheckId } from '../plan/check-id.ts';
import { Release } from '../plan/release.ts';

/** The payload type of a person's statement: the signature covers it, so that nothing else passes for one. */
export const KEPT_STATEMENT_TYPE = 'application/vnd.greenlight.statement+json';

/** What one person said, as a file keeps it from run to run. All of it is signed where there is a signature. */
export const KeptStatement = z.strictObject({
  id: CheckId,
  /** The statement in words, as it was said. A plan that says it in other words asks anew. Older lines do not tell. */
  title: z.string().min(1).optional(),
  decision: Attestation.shape.decision,
  name: z.string().min(1),
  role: z.string().min(1),
  at: z.iso.datetime(),
  comment: z.string(),
  seen: z.array(Seen),
  target: z.string().min(1),
  release: Release.nullable(),
  /** The run whose report they looked at; null before a run. */
  run: z.string().nullable(),
});
export type KeptStatement = z.infer<typeof KeptStatement>;

/** One line of the file. A signed one carries the public key: whether that is the person's own, the plan says by its id. */
export const KeptLine = z.strictObject({
  schema: z.literal('greenlight/statement@1'),
  statement: KeptStatement,
  /** `sha256:<hex>` of the canonical form of the statement: finds accidents, and names the statement. */
  digest: z.string(),
  signed: z
    .strictObject({
      /** SPKI, base64. */
      publicKey: z.string(),
      /** ed25519 over DSSE's pre-authentication encoding of the canonical form, base64. */
      signature: z.string(),
    })
    .optional(),
});
export type KeptLine = z.infer<typeof KeptLine>;
