import type { Problem } from '../../contract/errors.ts';
import { nameOfPart, needsLoadPart, type Part } from '../../contract/evidence/shard.ts';
import type { ReadFragment } from './read-fragment.ts';

/** What should be there: all that answers, or what load has to wait for. */
export type Wanted = 'everything' | 'before-load';

/** The parts that a run of so many shards has. */
export function wantedParts(fragments: readonly ReadFragment[], wanted: Wanted): readonly Part[] {
  const of = Math.max(0, ...fragments.map(({ fragment }) => fragment.part.of));
  const shares = Array.from({ length: of }, (_, index): Part => ({ kind: 'share', index: index + 1, of }));
  const load = wanted === 'everything' && fragments.some(({ fragment }) => needsLoadPart(fragment.manifest));
  return load ? [...shares, ...loadParts(fragments, of)] : shares;
}

/** The load is one part, or as many as its segments say. */
function loadParts(fragments: readonly ReadFragment[], of: number): readonly Part[] {
  const segments = fragments.flatMap(({ fragment: { part } }) =>
    part.kind === 'load' ? [part.segment?.of ?? 1] : [],
  );
  const count = Math.max(1, ...segments);
  if (count === 1) return [{ kind: 'load', of, after: [] }];
  return Array.from({ length: count }, (_, index) => ({
    kind: 'load',
    of,
    after: [],
    segment: { index: index + 1, of: count },
  }));
}

/** Every part exactly once: what is missing, what is there more than once, and a load that followed other shards. */
export function incompleteness(fragments: readonly ReadFragment[], wanted: Wanted): readonly Problem[] {
  const problems: Problem[] = [];
  for (const part of wantedParts(fragments, wanted)) {
    const found = fragments.filter(({ fragment }) => isSamePart(fragment.part, part));
    const files = found.map(({ file }) => file).join(', ');
    if (found.length === 0) problems.push(missing(part));
    if (found.length > 1) {
      problems.push({
        path: nameOfPart(part),
        value: files,
        problem: `is there ${found.length === 2 ? 'twice' : `${found.length} times`}: ${files}`,
        remedy: 'name each fragment once; a shard that ran twice has two answers, so run all of them again',
      });
    }
  }
  if (wanted === 'before-load') problems.push(...loadTooEarly(fragments));
  return problems.length > 0 ? problems : otherBeforeLoad(fragments);
}

export function isSamePart(a: Part, b: Part): boolean {
  if (a.kind === 'share') return b.kind === 'share' && a.index === b.index;
  return b.kind === 'load' && (a.segment?.index ?? 1) === (b.segment?.index ?? 1);
}

function missing(part: Part): Problem {
  return {
    path: nameOfPart(part),
    value: 'no fragment',
    problem: 'is missing',
    remedy:
      part.kind === 'share'
        ? 'look at how its job ended, and run all shards again'
        : part.segment === undefined
          ? 'run `greenlight run --shard load --after <fragments...>` before the merge'
          : 'look at how its job ended, and run all segments of the load again',
  };
}

function loadTooEarly(fragments: readonly ReadFragment[]): readonly Problem[] {
  return fragments
    .filter(({ fragment }) => fragment.part.kind === 'load')
    .map(({ file }) => ({
      path: file,
      value: 'the fragment of a load',
      problem: 'is no shard that load has to wait for',
      remedy: 'name the fragments of the shards alone',
    }));
}

function otherBeforeLoad(fragments: readonly ReadFragment[]): readonly Problem[] {
  const shares = fragments.flatMap(({ fragment }) =>
    fragment.part.kind === 'share' ? [fragment.digest] : [],
  );
  return fragments.flatMap(({ file, fragment: { part } }): Problem[] => {
    if (part.kind !== 'load' || part.after.join() === shares.join()) return [];
    return [
      {
        path: file,
        value: `${part.after.length} other fragments`,
        problem: 'is the load after other shards than these, and load must run alone and after them',
        remedy: 'run the load again, with these fragments after --after',
      },
    ];
  });
}
