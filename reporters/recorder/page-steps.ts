import { COMPARED_NOTHING } from '../../contract/evidence/compared-nothing.ts';
import type { Finding, StepReport } from '../../contract/evidence/finding.ts';
import type { SeenStep } from '../classify.ts';
import { comparisonsIn } from './comparisons.ts';

/** How the page steps of a flow are called among Playwright's steps. */
const SHOWN_AS = 'page: ';

/**
 * A flow's finding, completed by what only Playwright's steps tell: whether a page step compared anything. Driving a
 * page is no statement about it: `goto('/500')` succeeds, and a step that returns early does too.
 */
export function withPageSteps(finding: Finding, steps: readonly SeenStep[]): Finding {
  if (finding.outcome !== 'pass' || finding.detail?.kind !== 'flow') return finding;
  const shown = pageStepsIn(steps);
  let seen = 0;
  const empty: StepReport[] = [];
  const reports = finding.detail.steps.map((report): StepReport => {
    if (report.kind !== 'page') return report;
    const step = shown[seen];
    seen += 1;
    if (step !== undefined && comparisonsIn(step.steps) > 0) return report;
    const without: StepReport = { ...report, outcome: 'unknown' };
    empty.push(without);
    return without;
  });
  const [first] = empty;
  if (first === undefined) return finding;
  return {
    ...finding,
    outcome: 'unknown',
    cause: COMPARED_NOTHING,
    summary: `Page step "${first.id}" compared nothing: no \`expect\` in it was evaluated to the end`,
    remedy:
      'say in the step what the page must show, such as `await expect(page.getByRole("heading")).toBeVisible()`',
    detail: { kind: 'flow', steps: reports },
  };
}

/** In the order in which they ran; steps of the user's own inside them are not searched. */
function pageStepsIn(steps: readonly SeenStep[]): readonly SeenStep[] {
  return steps.flatMap((step) => {
    if (step.category === 'test.step' && step.title.startsWith(SHOWN_AS)) return [step];
    return step.category === 'test.step' ? [] : pageStepsIn(step.steps);
  });
}
