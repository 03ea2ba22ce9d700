import path from 'node:path';
import type { BaselineRun, LoadFingerprint } from '../../contract/load/baseline.ts';
import { GreenlightError } from '../../contract/errors.ts';
import type { PlannedCheck } from '../../contract/plan/checks.ts';
import type { Finding } from '../../contract/evidence/finding.ts';
import type { CheckState, Decision } from '../../contract/evidence/outcome.ts';
import type { LoadResult } from '../../contract/load/load-result.ts';
import type { Policy } from '../../contract/verdict/policy.ts';
import { fingerprintOf } from '../../load/compare/compare-baseline.ts';
import { judge } from '../../reporters/judge.ts';
import { sha256Of } from '../../host/file-digest.ts';
import { decisionTimeOf } from '../decision-time.ts';
import { readEvidence } from '../read-evidence.ts';
import { readVerdict } from '../../host/read-report.ts';
import { reportFiles } from '../../host/report-files.ts';
import type { VerificationKey } from '../../signing/key-file.ts';
import { withoutMissingBaselines } from './without-baseline.ts';

/** One load check of a run, as it was judged. */
export interface MeasuredCheck {
  readonly check: string;
  readonly title: string;
  readonly state: CheckState;
  readonly finding: Finding | undefined;
  /** Undefined when nothing was measured, or when what it depends on was not written down. */
  readonly measured: { readonly fingerprint: LoadFingerprint; readonly result: LoadResult } | undefined;
}

/** What a run left in its report directory. */
export interface MeasuredRun {
  readonly directory: string;
  /** As it would be had the plan named no baseline where there was none; nothing else is forgiven. */
  readonly decision: Decision;
  readonly reason: string;
  readonly head: Omit<BaselineRun, 'result'>;
  readonly target: string;
  /** What the run had to check and how it is weighed, for whoever judges its load again. */
  readonly manifest: readonly PlannedCheck[];
  readonly policy: Policy;
  readonly checks: readonly MeasuredCheck[];
}

/**
 * Reads the report of a run, and judges its evidence again: a verdict that was edited is not believed.
 * @param directory report directory, relative to `cwd`
 * @param keys where there are some, one of them must have sealed the evidence
 * @throws GreenlightError REPORT_NOT_FOUND when there is no report, EVIDENCE_INVALID or EVIDENCE_CHANGED when it cannot be believed
 */
export function readMeasuredRun(
  cwd: string,
  directory: string,
  keys: readonly VerificationKey[],
): MeasuredRun {
  const files = reportFiles(path.resolve(cwd, directory));
  const said = readVerdict(files.verdict);
  if (said.evidenceDigest === null) {
    throw new GreenlightError('RUN_UNFINISHED', `${directory}: ${said.reason}`);
  }
  const { evidence, text } = readEvidence(files.evidence, files.evidence, keys);
  const verdict = judge(evidence, decisionTimeOf(evidence), sha256Of(text));
  if (verdict.evidenceDigest !== said.evidenceDigest || verdict.decision !== said.decision) {
    throw new GreenlightError('EVIDENCE_CHANGED', `${directory}: its verdict is not about its evidence`);
  }
  // What was unknown only for want of the baseline that this run may become.
  const judged =
    verdict.decision === 'INCONCLUSIVE'
      ? judge(withoutMissingBaselines(evidence), verdict.decidedAt, verdict.evidenceDigest)
      : verdict;
  const target = evidence.subject.target;
  return {
    directory,
    decision: judged.decision,
    reason: judged.reason,
    target,
    manifest: evidence.manifest,
    policy: evidence.policy,
    head: {
      run: evidence.run.id,
      phase: evidence.run.phase,
      release: evidence.subject.wanted,
      decidedAt: verdict.decidedAt,
    },
    checks: judged.checks
      .filter(({ source }) => source === 'load')
      .map(({ id, title, state, findings }): MeasuredCheck => {
        const finding = findings[0];
        const detail = finding?.detail?.kind === 'load' ? finding.detail : undefined;
        return {
          check: id,
          title,
          state,
          finding,
          measured:
            detail?.setting === undefined
              ? undefined
              : {
                  fingerprint: fingerprintOf(target, detail.result, detail.setting),
                  result: detail.result,
                },
        };
      }),
  };
}
