import { GreenlightError } from '../contract/errors.ts';
import {
  STATEMENT_TYPE,
  SUBJECT,
  VERDICT_PREDICATE,
  type VerdictStatement,
} from '../contract/verdict/proof.ts';
import type { CheckResult, Verdict } from '../contract/verdict/verdict.ts';

type Subject = VerdictStatement['subject'][number];

/**
 * The statement that lets a release through. Only GO has one: whoever ignores, loses or never receives a statement
 * must never be more permissive for it, so "no" is said by silence.
 * @param verdictDigest `sha256:<hex>` of the bytes of verdict.json
 * @returns undefined for every other decision
 * @throws GreenlightError RELEASE_INVALID when the wanted commit is shortened, INTERNAL for a GO without evidence
 */
export function verdictStatement(verdict: Verdict, verdictDigest: string): VerdictStatement | undefined {
  if (verdict.decision !== 'GO') return undefined;
  const { evidenceDigest, planDigest, policyDigest, subject } = verdict;
  if (evidenceDigest === null) {
    throw new GreenlightError('INTERNAL', 'a GO without the digest of its evidence cannot be signed');
  }
  const passed = verdict.checks.filter(isClean);
  return {
    _type: STATEMENT_TYPE,
    subject: [
      ...releaseSubjects(verdict),
      { name: SUBJECT.verdict, digest: { sha256: hexOf(verdictDigest) } },
    ],
    predicateType: VERDICT_PREDICATE,
    predicate: {
      result: passed.length === verdict.checks.length ? 'PASSED' : 'WARNED',
      configuration: [
        { name: 'plan', digest: { sha256: hexOf(planDigest) } },
        { name: 'policy', digest: { sha256: hexOf(policyDigest) } },
      ],
      passedTests: passed.map((check) => check.id),
      warnedTests: verdict.checks.filter((check) => !isClean(check)).map((check) => check.id),
      failedTests: [],
      greenlight: {
        decision: verdict.decision,
        reason: verdict.reason,
        run: verdict.run,
        target: subject.target,
        urls: subject.urls,
        release: subject.wanted,
        observed: subject.observed,
        planDigest,
        policyDigest,
        evidenceDigest,
        tools: verdict.tools,
        startedAt: verdict.startedAt,
        decidedAt: verdict.decidedAt,
        expiresAt: verdict.expiresAt,
      },
    },
  };
}

/** Whether a commit is written in full: a shortened one would name more than one thing. */
export function isFullCommit(commit: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(commit);
}

function isClean(check: CheckResult): boolean {
  return check.state === 'passed' || check.state === 'empty' || check.state === 'not-applicable';
}

function releaseSubjects({ subject }: Verdict): Subject[] {
  const { commit, artifact } = subject.wanted ?? {};
  const subjects: Subject[] = [];
  if (commit !== undefined) {
    if (!isFullCommit(commit)) {
      throw new GreenlightError('RELEASE_INVALID', `a signed verdict needs the full commit, not "${commit}"`);
    }
    subjects.push({ name: SUBJECT.commit, digest: { gitCommit: commit.toLowerCase() } });
  }
  if (artifact !== undefined) subjects.push({ name: SUBJECT.artifact, digest: { sha256: hexOf(artifact) } });
  return subjects;
}

function hexOf(digest: string): string {
  return digest.replace(/^sha256:/, '');
}
