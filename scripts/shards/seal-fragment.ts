import { canonicalJson } from '../../contract/canonical.ts';
import type { ShardFragment } from '../../contract/shard.ts';
import { sha256Of } from '../file-digest.ts';

/** A fragment with its digest. */
export function sealFragment(content: Omit<ShardFragment, 'digest'>): ShardFragment {
  return { ...content, digest: digestOfFragment(content) };
}

/** The digest that a fragment should have, by all else that is in it. */
export function digestOfFragment(fragment: object): string {
  return sha256Of(canonicalJson({ ...fragment, digest: undefined }));
}
