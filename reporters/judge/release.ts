import type { Evidence } from '../../contract/evidence/evidence.ts';
import type { Finding } from '../../contract/evidence/finding.ts';
import { compareRelease } from '../../contract/evidence/release-match.ts';
import type { Release } from '../../contract/plan/release.ts';

export type ObservedRelease = NonNullable<Finding['observedRelease']>;

/** Whether the target runs what was wanted, as far as it said. */
export interface ReleaseMatch {
  readonly observed: ObservedRelease | null;
  readonly state: 'not-asked' | 'same' | 'other' | 'unknown';
  /** A sentence for `other` and `unknown`; empty otherwise. */
  readonly reason: string;
}

/** Compares the release that was wanted with every release that the target said it runs. */
export function matchRelease(evidence: Pick<Evidence, 'attempts' | 'subject'>): ReleaseMatch {
  const { wanted } = evidence.subject;
  const said = evidence.attempts.flatMap((attempt) =>
    attempt.findings.flatMap((finding) => finding.observedRelease ?? []),
  );
  const observed = said.at(-1) ?? null;
  if (!wanted) return { observed, state: 'not-asked', reason: '' };
  const comparisons = said.map((one) => ({ one, same: isSame(wanted, one) }));
  const other = comparisons.find(({ same }) => same === false);
  if (other) {
    return {
      observed: other.one,
      state: 'other',
      reason: `The target runs ${releaseText(other.one)}, and ${releaseText(wanted)} was wanted.`,
    };
  }
  if (comparisons.some(({ same }) => same)) return { observed, state: 'same', reason: '' };
  return { observed, state: 'unknown', reason: notShown(wanted, observed) };
}

function notShown(wanted: Release, observed: ObservedRelease | null): string {
  const because = observed
    ? `what it says of itself, ${releaseText(observed)}, has nothing in common with that`
    : 'no check saw which release it runs; `target.release` of the plan says where it tells that';
  return `Nothing shows that the target runs ${releaseText(wanted)}: ${because}.`;
}

/** `undefined` when the two have nothing in common that could be compared, or one of the names is none. */
function isSame(wanted: Release, observed: ObservedRelease): boolean | undefined {
  const compared = compareRelease(wanted, observed);
  if (compared.some(({ state }) => state === 'other')) return false;
  return compared.length > 0 && compared.every(({ state }) => state === 'same') ? true : undefined;
}

/** `2.4.0 (commit 1a2b3c4)`. */
export function releaseText(release: ObservedRelease): string {
  const commit = release.commit === undefined ? '' : `commit ${release.commit}`;
  if (release.id === undefined) return commit || 'a release without a name';
  return commit ? `${release.id} (${commit})` : release.id;
}
