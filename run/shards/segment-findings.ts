import type { Attempt } from '../../contract/evidence/evidence.ts';
import type { Finding } from '../../contract/evidence/finding.ts';
import { sharesFinding } from '../../load/shares-finding.ts';
import { inOrder, type ReadFragment } from '../../reporters/merge/read-fragment.ts';

/**
 * Where several machines made the load together, each of their findings says only that it is one share. This puts in
 * their place what all shares say together, judged once. Segments that are not all there exactly once stay as they
 * are: unknown, and the merge names what is wrong with them.
 */
export function withLoadFindings(fragments: readonly ReadFragment[]): readonly ReadFragment[] {
  const segments = inOrder(fragments).filter(
    ({ fragment: { part } }) => part.kind === 'load' && part.segment !== undefined,
  );
  if (segments.length === 0 || !eachOnce(segments)) return fragments;
  const checks = new Set(
    segments.flatMap(({ fragment }) =>
      fragment.evidence.manifest.filter(({ source }) => source === 'load').map(({ id }) => id),
    ),
  );
  const judged = new Map(
    [...checks].map((check): [string, Finding] => [
      check,
      sharesFinding(
        check,
        segments.map(({ fragment }) => lastFinding(fragment.evidence.attempts, check)),
      ),
    ]),
  );
  return fragments.map((one) => (segments.includes(one) ? withFindings(one, judged) : one));
}

function eachOnce(segments: readonly ReadFragment[]): boolean {
  return segments.every(({ fragment: { part } }, index) => {
    const segment = part.kind === 'load' ? part.segment : undefined;
    return segment?.index === index + 1 && segment.of === segments.length;
  });
}

function lastFinding(attempts: readonly Attempt[], check: string): Finding | undefined {
  return attempts.filter((attempt) => attempt.check === check).at(-1)?.findings[0];
}

function withFindings(one: ReadFragment, judged: ReadonlyMap<string, Finding>): ReadFragment {
  const { fragment } = one;
  const last = new Map(fragment.evidence.attempts.map((attempt) => [attempt.check, attempt]));
  // Only what was measured last is a share of the load; what an earlier try of this machine saw stays as it was.
  const attempts = fragment.evidence.attempts.map((attempt): Attempt => {
    const finding = judged.get(attempt.check);
    return finding === undefined || last.get(attempt.check) !== attempt
      ? attempt
      : { ...attempt, findings: [finding] };
  });
  return { ...one, fragment: { ...fragment, evidence: { ...fragment.evidence, attempts } } };
}
