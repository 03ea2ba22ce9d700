import { canonicalJson } from '../../contract/evidence/canonical.ts';
import type { SealedStatement } from '../../contract/evidence/seal.ts';
import type { ShardFragment } from '../../contract/evidence/shard.ts';
import { sha256Of } from '../../host/file-digest.ts';
import type { SigningKey } from '../../signing/key-file.ts';
import { sealOf } from '../../signing/seal.ts';

/** A fragment with its digest and, where there is a key, the seal that says who wrote it. */
export function sealFragment(
  content: Omit<ShardFragment, 'digest' | 'seal'>,
  keys: readonly SigningKey[] = [],
): ShardFragment {
  const digest = digestOfFragment(content);
  const seal = sealOf(sealedFragment({ ...content, digest }), keys);
  return { ...content, digest, ...(seal === undefined ? {} : { seal }) };
}

/** What the seal of a fragment must say. */
export function sealedFragment({
  digest,
  evidence,
}: Pick<ShardFragment, 'digest' | 'evidence'>): SealedStatement {
  const { id, nonce } = evidence.run;
  return { of: 'fragment', digest, run: { id, nonce } };
}

/** The digest that a fragment should have, by all else that is in it but its seal. */
export function digestOfFragment(fragment: object): string {
  return sha256Of(canonicalJson({ ...fragment, digest: undefined, seal: undefined }));
}
