import type { StepReport } from '../../../contract/evidence/finding.ts';
import type { CheckState, Outcome } from '../../../contract/evidence/outcome.ts';
import type { Verdict } from '../../../contract/verdict/verdict.ts';
import { detailsOf } from '../sections.ts';
import { duration, plural } from '../words.ts';
import { statementTable } from './checks.ts';
import { stateBadge } from './icons.ts';
import { markup, type Markup } from './markup.ts';
import { section } from './section.ts';

/** Journeys step by step. Those that went wrong are open. */
export function flowSection(verdict: Verdict): Markup {
  return section(
    'flows',
    'Flows',
    detailsOf(verdict, 'flow').map(
      ({ check, detail }) => markup`<details${open(check.state)}>
<summary>${stateBadge(check.state)} <code>${check.id}</code> <span class="of">${check.title}</span> <span class="small">${plural(detail.steps.length, 'step')}, ${duration(check.durationMs)}</span></summary>
<ol class="steps">${detail.steps.map((step) => stepItem(check.id, step))}</ol>
</details>`,
    ),
  );
}

const STATE_OF: Record<Outcome, CheckState> = {
  pass: 'passed',
  fail: 'failed',
  unknown: 'unknown',
  'not-applicable': 'not-applicable',
};

function stepItem(check: string, step: StepReport): Markup {
  const late = step.durationMs > step.budgetMs ? ' (over its budget)' : '';
  const spent = `${step.kind}, ${duration(step.durationMs)} of ${duration(step.budgetMs)}${late}`;
  return markup`<li>
    <p>
      ${stateBadge(STATE_OF[step.outcome])} <code>${step.id}</code>
      <span class="small">${spent}</span>
    </p>
    ${step.statements.length === 0 ? '' : statementTable(`Comparisons of step ${step.id} of ${check}`, step.statements)}
  </li>`;
}

/** Small checks of single addresses. */
export function probeSection(verdict: Verdict): Markup {
  return section(
    'probes',
    'Probes',
    detailsOf(verdict, 'probe').map(
      ({ check, detail }) => markup`<details${open(check.state)}>
<summary>${stateBadge(check.state)} <code>${check.id}</code> <span class="of">${check.title}</span> <span class="small">${plural(detail.statements.length, 'comparison')}</span></summary>
${statementTable(`Comparisons of ${check.id}`, detail.statements)}
</details>`,
    ),
  );
}

function open(state: CheckState): Markup {
  return state === 'passed' || state === 'empty' ? markup`` : markup` open`;
}
