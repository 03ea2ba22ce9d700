import type { Evidence, Fault } from '../contract/evidence/evidence.ts';
import { CheckState } from '../contract/evidence/outcome.ts';
import type { Policy } from '../contract/verdict/policy.ts';
import type { CheckResult, Verdict } from '../contract/verdict/verdict.ts';
import { endOfStatement, judgeAttestations } from './judge/attestations.ts';
import { cappingReasons } from './judge/caps.ts';
import { tablesCompared } from './judge/coverage.ts';
import { faultsOf } from './judge/faults.ts';
import { foldManifest } from './judge/fold-parts.ts';
import { judgeGroup } from './judge/groups.ts';
import { byCause, causeSentence, isOneCause } from './judge/one-cause.ts';
import {
  attestationReason,
  checkSentence,
  faultReason,
  groupReason,
  REASON_RANK,
  sortReasons,
  type Reason,
} from './judge/reasons.ts';
import { matchRelease, releaseText, type ReleaseMatch } from './judge/release.ts';
import { expiryOf, timeProblems } from './judge/times.ts';
import { endOfWaiver, waiversThatCount } from './judge/waivers.ts';
import { countsAsPassed, weighCheck } from './judge/weigh-check.ts';

/** The built-in check whose failure the policy's `otherRelease` weighs. */
const RELEASE_CHECK = 'wanted-release-runs';

/**
 * Answers whether traffic may stay. Pure: the same evidence and time give the same verdict, so judging can be
 * repeated anywhere.
 * @param decidedAt ISO time at which the verdict is given
 * @param evidenceDigest `sha256:<hex>` of the evidence file, carried into the verdict
 */
export function judge(evidence: Evidence, decidedAt: string, evidenceDigest: string | null = null): Verdict {
  const { policy, manifest } = evidence;
  const waivers = waiversThatCount(policy.waivers, manifest, decidedAt);
  const checks = foldManifest(evidence, (check) => waivers.of(check));
  const groups = policy.groups.map((group) => judgeGroup(group, checks, policy));
  const { run, subject } = evidence;
  const stated = { target: subject.target, release: subject.wanted, run: run.id };
  const attestations = judgeAttestations(policy.attestations, evidence.attestations, stated, decidedAt);
  const release = matchRelease(evidence);
  const faults = faultsOf(evidence);
  const against = sortReasons([
    ...cappingReasons(evidence, faults),
    ...runReasons(evidence, decidedAt),
    ...checkReasons(checks, policy, release),
    ...faults.filter(({ kind }) => kind !== 'shards').map(faultReason),
    ...releaseReasons(release, policy),
    ...groups.flatMap((group) => groupReason(group) ?? []),
    ...attestations.results.flatMap((attestation) => attestationReason(attestation) ?? []),
    ...restReasons(checks, evidence),
  ]);
  const decision = against[0]?.decision ?? 'GO';
  // A GO rests on what people stated and on what was waived, and is none any more when that ends.
  const ends =
    decision === 'GO'
      ? [
          ...attestations.results.flatMap((one) => endOfStatement(one) ?? []),
          ...checks.flatMap(({ state, waiver }) =>
            waiver === null || state === 'passed' ? [] : [endOfWaiver(waiver)],
          ),
        ]
      : [];
  return {
    schema: 'greenlight/verdict@1',
    decision,
    reason: against[0]?.text ?? goSentence(checks, policy, release),
    reasons: against.map((reason) => reason.text),
    run: { id: evidence.run.id, nonce: evidence.run.nonce, phase: evidence.run.phase },
    subject: { ...evidence.subject, observed: release.observed },
    planDigest: evidence.planDigest,
    policyDigest: evidence.policyDigest,
    evidenceDigest,
    tools: evidence.run.tools,
    startedAt: evidence.run.startedAt,
    decidedAt,
    expiresAt: expiryOf(decidedAt, policy.validForMinutes, ends),
    counts: countsOf(checks),
    checks,
    groups,
    attestations: [...attestations.results],
    faults: [...faults] satisfies Fault[],
    leftovers: evidence.leftovers,
    notices: [
      ...waivers.notices,
      ...attestations.notices,
      ...leftoverNotices(evidence),
      ...unseenCommit(evidence, release),
    ],
  };
}

function runReasons(evidence: Evidence, decidedAt: string): readonly Reason[] {
  const problems = [...timeProblems(evidence, decidedAt)];
  if (evidence.manifest.length === 0) problems.push('The plan requires no check in this phase.');
  return problems.map((text) => ({ decision: 'INCONCLUSIVE', rank: REASON_RANK.run, text }));
}

/** One reason for each check that holds up GO; those without an answer for one cause share theirs. */
function checkReasons(
  checks: readonly CheckResult[],
  policy: Policy,
  release: ReleaseMatch,
): readonly Reason[] {
  return byCause(checks.filter((check) => weighCheck(check, policy) !== 'GO')).map((one): Reason => {
    const rank = REASON_RANK.check;
    if (isOneCause(one)) return { decision: 'INCONCLUSIVE', rank, text: causeSentence(one) };
    // That the target runs another release is weighed once, by the policy made for it.
    const moved = one.id === RELEASE_CHECK && release.state === 'other';
    const decision = moved ? otherRelease(policy) : weighCheck(one, policy);
    return { decision: decision === 'NO_GO' ? 'NO_GO' : 'INCONCLUSIVE', rank, text: checkSentence(one) };
  });
}

function otherRelease(policy: Policy): Reason['decision'] {
  return policy.otherRelease === 'no-go' ? 'NO_GO' : 'INCONCLUSIVE';
}

function releaseReasons(release: ReleaseMatch, policy: Policy): readonly Reason[] {
  const decisions: Record<ReleaseMatch['state'], Reason['decision'] | undefined> = {
    'not-asked': undefined,
    same: undefined,
    other: otherRelease(policy),
    unknown: 'INCONCLUSIVE',
  };
  const decision = decisions[release.state];
  return decision ? [{ decision, rank: REASON_RANK.release, text: release.reason }] : [];
}

function restReasons(checks: readonly CheckResult[], evidence: Evidence): readonly Reason[] {
  const { policy, leftovers } = evidence;
  const passed = checks.filter((check) => countsAsPassed(check, policy));
  const texts: string[] = [];
  if (passed.length < policy.minimumPassed) {
    texts.push(`${passed.length} blocking checks passed, and at least ${policy.minimumPassed} must.`);
  } else if (passed.every((check) => check.source === 'built-in')) {
    // That it answers is no reason to believe that it works.
    texts.push('No blocking check of the plan passed; only built-in ones did.');
  }
  if (leftovers.length > 0 && policy.leftovers === 'inconclusive') texts.push(leftoverText(leftovers.length));
  return texts.map((text) => ({ decision: 'INCONCLUSIVE', rank: REASON_RANK.rest, text }));
}

function leftoverNotices(evidence: Evidence): readonly string[] {
  const { leftovers, policy } = evidence;
  return leftovers.length > 0 && policy.leftovers === 'warn' ? [leftoverText(leftovers.length)] : [];
}

/** The caller's word for it is not what the target said; a signature names the commit all the same. */
function unseenCommit({ subject }: Evidence, release: ReleaseMatch): readonly string[] {
  const commit = subject.wanted?.commit;
  if (commit === undefined || release.state !== 'same' || release.observed?.commit !== undefined) return [];
  return [`The target does not say its commit: that it runs ${commit} was not seen, only its release.`];
}

function leftoverText(count: number): string {
  return count === 1
    ? '1 piece of test data is still on the target.'
    : `${count} pieces of test data are still on the target.`;
}

function goSentence(checks: readonly CheckResult[], policy: Policy, release: ReleaseMatch): string {
  const blocking = checks.filter((check) => check.severity === 'blocking');
  const passed = blocking.filter((check) => countsAsPassed(check, policy)).length;
  const parts = [`${passed} of ${blocking.length} blocking checks passed`];
  if (release.observed) parts[0] += ` on release ${releaseText(release.observed)}`;
  const waived = blocking.filter((check) => check.waiver !== null).length;
  const empty = blocking.filter((check) => check.state === 'empty' && check.waiver === null).length;
  const apart = blocking.length - passed - waived - empty;
  if (empty > 0) parts.push(`${empty} had nothing to look at`);
  if (apart > 0) parts.push(`${apart} ${apart === 1 ? 'does' : 'do'} not apply`);
  if (waived > 0) parts.push(`${waived} ${waived === 1 ? 'failure is' : 'failures are'} waived`);
  const tables = tablesCompared(checks);
  if (tables !== undefined) parts.push(tables);
  return parts.join('; ');
}

function countsOf(checks: readonly CheckResult[]): Verdict['counts'] {
  const states = Object.fromEntries(CheckState.options.map((state) => [state, 0])) as Record<
    CheckState,
    number
  >;
  for (const check of checks) states[check.state] += 1;
  return {
    required: checks.length,
    states,
    waived: checks.filter((check) => check.waiver !== null).length,
  };
}
