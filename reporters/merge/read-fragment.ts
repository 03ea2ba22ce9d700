import { MOST_SHARDS, type ShardFragment } from '../../contract/evidence/shard.ts';

/** A fragment whose digest holds, and where it came from. */
export interface ReadFragment {
  readonly file: string;
  readonly fragment: ShardFragment;
}

/** Lowest shard first and load last; the rest only so that the order of the files never matters. */
export function inOrder(fragments: readonly ReadFragment[]): readonly ReadFragment[] {
  return [...fragments].sort(
    (a, b) =>
      positionOf(a) - positionOf(b) ||
      compare(a.fragment.digest, b.fragment.digest) ||
      compare(a.file, b.file),
  );
}

function positionOf({ fragment: { part } }: ReadFragment): number {
  return part.kind === 'share' ? part.index : MOST_SHARDS + (part.segment?.index ?? 1);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
