import type { StepReport } from '../../contract/evidence/detail.ts';
import type { CheckState, Outcome } from '../../contract/evidence/outcome.ts';
import { opened } from '../renderers/html/folded.ts';
import { stateBadge } from '../renderers/html/icons.ts';
import { markup, type Markup } from '../renderers/html/markup.ts';
import { section } from '../renderers/html/section.ts';
import { statementTable } from '../renderers/html/statement-table.ts';
import { clean, heading, type Paint, STATE_LOOK, statementLine } from '../renderers/terminal/paint.ts';
import { duration, plural } from '../renderers/words.ts';
import { type Detailed, type DetailSection, detailsOf } from './detail-section.ts';

/** Journeys step by step. On the page those that went wrong are open; the terminal shows only the steps that did. */
export const flow: DetailSection<'flow'> = {
  statements: ({ steps }) =>
    steps.flatMap((step) =>
      step.statements.map((statement) => ({ ...statement, name: `${step.id}: ${statement.name}` })),
    ),
  html: (verdict) =>
    section(
      'flows',
      'Flows',
      detailsOf(verdict, 'flow').map(
        ({ check, detail }) => markup`<details${opened(check.state)}>
<summary>${stateBadge(check.state)} <code>${check.id}</code> <span class="of">${check.title}</span> <span class="small">${plural(detail.steps.length, 'step')}, ${duration(check.durationMs)}</span></summary>
<ol class="steps">${detail.steps.map((step) => stepItem(check.id, step))}</ol>
</details>`,
      ),
    ),
  terminal: (verdict, paint) => {
    const flows = detailsOf(verdict, 'flow');
    if (flows.length === 0) return [];
    const told = flows.filter(({ detail }) => detail.steps.some(isWrong));
    const others = flows.length - told.length;
    return [
      heading('Flows', flows.length, paint),
      ...told.flatMap((one) => flowLines(one, paint)),
      ...(others > 0 ? [`  ${plural(others, told.length > 0 ? 'other' : 'flow')}: no step went wrong`] : []),
      '',
    ];
  },
};

const STATE_OF: Record<Outcome, CheckState> = {
  pass: 'passed',
  fail: 'failed',
  unknown: 'unknown',
  'not-applicable': 'not-applicable',
};

function stepItem(check: string, step: StepReport): Markup {
  return markup`<li>
    <p>
      ${stateBadge(STATE_OF[step.outcome])} <code>${step.id}</code>
      <span class="small">${spent(step)}</span>
    </p>
    ${step.statements.length === 0 ? '' : statementTable(`Comparisons of step ${step.id} of ${check}`, step.statements)}
  </li>`;
}

/** `request, 630 ms of 5.0 s` */
function spent({ kind, durationMs, budgetMs, attempts }: StepReport): string {
  const late = durationMs > budgetMs ? ' (over its budget)' : '';
  const asked = attempts === undefined ? '' : `, ${plural(attempts, 'attempt')}`;
  return `${kind}, ${duration(durationMs)} of ${duration(budgetMs)}${late}${asked}`;
}

function isWrong({ outcome }: StepReport): boolean {
  return outcome === 'fail' || outcome === 'unknown';
}

function flowLines({ check, detail: { steps } }: Detailed<'flow'>, paint: Paint): readonly string[] {
  return [
    `  ${paint('bold', check.id)}  ${plural(steps.length, 'step')}, ${duration(check.durationMs)}`,
    ...steps.filter(isWrong).flatMap((step) => {
      const { sign, colour } = STATE_LOOK[STATE_OF[step.outcome]];
      return [
        `    ${paint(colour, sign)} ${clean(step.id)}  ${paint('dim', spent(step))}`,
        ...step.statements
          .filter(({ ok }) => !ok)
          .map((statement) => statementLine(statement, 'expected', paint, '      ')),
      ];
    }),
  ];
}
