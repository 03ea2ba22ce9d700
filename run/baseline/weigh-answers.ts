import type { PlannedCheck } from '../../contract/plan/checks.ts';
import type { Finding } from '../../contract/evidence/finding.ts';
import { Policy } from '../../contract/verdict/policy.ts';
import type { BaselineAnswer } from '../../load/compare/compare-baseline.ts';
import { type JudgedFindings, judgeFindings } from '../../reporters/judge-findings.ts';
import type { MeasuredRun } from './measured-run.ts';

/**
 * What the policy of the run makes of its load as it stands against the baseline: an advisory check, or a waived one,
 * decides no more here than it did there. Without a run nothing can pass.
 * @param decidedAt ISO time
 */
export function weighAnswers(
  answers: readonly BaselineAnswer[],
  run: Pick<MeasuredRun, 'manifest' | 'policy' | 'checks'> | undefined,
  decidedAt: string,
): JudgedFindings {
  const said = answers.map(({ check: id, outcome, reason }) => {
    const sampleSize = run?.checks.find(({ check }) => check === id)?.finding?.sampleSize;
    const finding: Finding = {
      check: id,
      outcome,
      summary: reason,
      ...(sampleSize === undefined ? {} : { sampleSize }),
    };
    const check = run?.manifest.find((planned) => planned.id === id) ?? unplanned(id);
    return { check, policy: run?.policy ?? Policy.parse({}), finding };
  });
  return judgeFindings(said, decidedAt);
}

/** In the baseline and not in the plan of the run: whoever asks for it wants an answer. */
function unplanned(id: string): PlannedCheck {
  return {
    id,
    title: id,
    source: 'load',
    project: 'load',
    severity: 'blocking',
    mayNotApply: false,
    sampleFloor: 0,
  };
}
