import { canonicalJson } from '../../contract/evidence/canonical.ts';
import type { Problem } from '../../contract/errors.ts';
import type { ShardFragment } from '../../contract/evidence/shard.ts';
import type { ReadFragment } from './read-fragment.ts';

/** What the parts of one run have in common. */
const COMMON: Readonly<Record<string, (fragment: ShardFragment) => unknown>> = {
  'the number of shards': ({ part }) => part.of,
  'the number of segments': ({ part }) => (part.kind === 'load' ? (part.segment?.of ?? 1) : undefined),
  'the phase': ({ evidence }) => evidence.run.phase,
  'the target': ({ evidence }) => evidence.subject.target,
  'the addresses of the target': ({ evidence }) => evidence.subject.urls,
  'the wanted release': ({ evidence }) => evidence.subject.wanted,
  'the release that runs': observed,
  'the digest of the plan': ({ evidence }) => evidence.planDigest,
  'the digest of the policy': ({ evidence }) => evidence.policyDigest,
  'the list of checks': ({ manifest }) => manifest,
  'the versions of the tools': ({ evidence }) => evidence.run.tools,
};

/** Longer values are shown by their beginning: a reader needs to see that they differ, and in which files. */
const LONGEST_VALUE = 120;

/** Everything on which fragments of one run must agree and do not; each with the value of each file. */
export function disagreements(fragments: readonly ReadFragment[]): readonly Problem[] {
  return Object.entries(COMMON).flatMap(([name, valueOf]): Problem[] => {
    const files = new Map<string, string[]>();
    for (const { file, fragment } of fragments) {
      const value = valueOf(fragment);
      // A part that was not told what runs says nothing about it.
      if (value === undefined) continue;
      const text = canonicalJson(value);
      files.set(text, [...(files.get(text) ?? []), file]);
    }
    if (files.size < 2) return [];
    const found = [...files].map(([value, of]) => `${shortened(value)} in ${of.join(', ')}`);
    return [
      {
        path: 'the fragments',
        value: found.join('; '),
        problem: `do not agree on ${name}: ${found.join('; ')}`,
        remedy: 'run all shards again from one commit, with the same options, plan and versions',
      },
    ];
  });
}

/** Whether two fragments could be parts of one run. */
export function belongTogether(a: ReadFragment, b: ReadFragment): boolean {
  return disagreements([a, b]).length === 0;
}

/** All that the target said it runs, in one part of the run. */
function observed({ evidence }: ShardFragment): readonly string[] | undefined {
  const said = evidence.attempts.flatMap(({ findings }) =>
    findings.flatMap(({ observedRelease }) => (observedRelease ? [canonicalJson(observedRelease)] : [])),
  );
  return said.length === 0 ? undefined : [...new Set(said)].sort();
}

function shortened(text: string): string {
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
