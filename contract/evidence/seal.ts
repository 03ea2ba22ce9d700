import { z } from 'zod';

/** Another type than that of every proof: a seal can never stand in for a signed verdict, nor the other way round. */
export const SEAL_TYPE = 'application/vnd.greenlight.seal+json';

/** A DSSE envelope, made with the signing key by the process that wrote what it is about. */
export const Seal = z.strictObject({
  payloadType: z.literal(SEAL_TYPE),
  /** Base64 of a `SealedStatement`. */
  payload: z.string(),
  signatures: z.array(z.strictObject({ keyid: z.string(), sig: z.string() })).min(1),
});
export type Seal = z.infer<typeof Seal>;

/** What a seal says. */
export const SealedStatement = z.strictObject({
  /** One kind of file is never taken for the other. */
  of: z.enum(['evidence', 'fragment']),
  /** `sha256:<hex>`: of the evidence file, or the digest of the fragment. */
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  run: z.strictObject({ id: z.string(), nonce: z.string() }),
});
export type SealedStatement = z.infer<typeof SealedStatement>;
