import { z } from 'zod';
import { CheckId } from '../plan/check-id.ts';
import { Release } from '../plan/release.ts';
import { canonicalJson } from './canonical.ts';

/** What a person saw before they said it. */
export const Seen = z.strictObject({
  /** In their words, an address, or the name of a file. */
  text: z.string().min(1),
  /** Of that file when it was looked at, `sha256:<hex>`. */
  digest: z.string().optional(),
});
export type Seen = z.infer<typeof Seen>;

/** A human's statement on a required attestation. */
export const Attestation = z.strictObject({
  id: CheckId,
  /** What was stated, in the words of that time; absent in what older versions wrote. */
  title: z.string().optional(),
  /** `withdrawn` takes back what the same person said before. */
  decision: z.enum(['attested', 'refused', 'withdrawn']),
  name: z.string().min(1),
  role: z.string().min(1),
  at: z.string(),
  comment: z.string().default(''),
  seen: z.array(Seen).optional(),
  /** What it was said of. Evidence of older versions holds only what was said of its own run. */
  target: z.string().optional(),
  /** Null: no release was named. */
  release: Release.nullable().optional(),
  /** The run that was looked at, where one was. */
  run: z.string().optional(),
  /** The id of the key whose signature under it was verified when it was read; absent where nobody signed. */
  key: z.string().optional(),
  /** Digest of the statement in the file that keeps it. */
  keptAs: z.string().optional(),
  /** When it came into this evidence, by the clock of the machine that wrote it. */
  enteredAt: z.string().optional(),
});
export type Attestation = z.infer<typeof Attestation>;

/**
 * The same text for the same statement, wherever it was read. The digest alone does not tell: a copy of a line without
 * its signature, or under that of somebody else, has the digest of the original, and must not take its place.
 */
export function statementKey(said: Attestation): string {
  return canonicalJson([said.keptAs ?? said, said.key ?? null]);
}
