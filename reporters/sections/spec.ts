import type { CheckState } from '../../contract/evidence/outcome.ts';
import type { SpecOutcome, SpecReport } from '../../contract/evidence/spec-report.ts';
import type { CheckResult } from '../../contract/verdict/verdict.ts';
import { opened } from '../renderers/html/folded.ts';
import { stateBadge } from '../renderers/html/icons.ts';
import { markup, type Markup } from '../renderers/html/markup.ts';
import { section, table } from '../renderers/html/section.ts';
import { specCounts, specTestLine } from '../renderers/spec-words.ts';
import { clean, heading, MOST_SHOWN, moreLine } from '../renderers/terminal/paint.ts';
import { plural } from '../renderers/words.ts';
import { type DetailSection, detailsOf } from './detail-section.ts';

/** The tests of existing specs, check by check; the terminal shows those that did not pass. */
export const spec: DetailSection<'spec'> = {
  statements: () => [],
  html: (verdict) =>
    section(
      'specs',
      'Existing specs',
      detailsOf(verdict, 'spec').map(({ check, detail }) => specItem(check, detail.spec)),
    ),
  terminal: (verdict, paint) => {
    const specs = detailsOf(verdict, 'spec');
    if (specs.length === 0) return [];
    return [
      heading('Existing specs', specs.length, paint),
      ...specs.flatMap(({ check, detail }) => {
        const told = detail.spec.tests.filter(({ outcome }) => outcome !== 'passed');
        return [
          `  ${paint('bold', check.id)}  ${specCounts(detail.spec)}`,
          ...told.slice(0, MOST_SHOWN).map((test) => `    ${clean(specTestLine(test))}`),
          ...moreLine(told.length - MOST_SHOWN),
        ];
      }),
      '',
    ];
  },
};

function specItem(check: CheckResult, spec: SpecReport): Markup {
  const asked =
    spec.addresses.length === 0
      ? 'Their configuration names no address: which one they ask is not known.'
      : `Asked: ${spec.addresses.join(', ')}.`;
  return markup`<details${opened(check.state)}>
<summary>${stateBadge(check.state)} <code>${check.id}</code> <span class="of">${check.title}</span> <span class="small">${specCounts(spec)}</span></summary>
<p class="small">${spec.files.join(', ')}. ${asked}</p>
${table(
  `Tests of ${check.id}`,
  [{ title: 'Test' }, { title: 'Result' }, { title: 'Where' }, { title: 'Why' }],
  spec.tests.map(({ title, project, at, outcome, error }) => [
    markup`${title}${project === '' ? '' : markup` <span class="small">${project}</span>`}`,
    markup`${stateBadge(STATE_OF[outcome])}${outcome === 'expected-failure' ? ' failed as expected' : ''}`,
    markup`<code>${at}</code>`,
    markup`${error ?? ''}`,
  ]),
)}
${spec.more > 0 ? markup`<p class="small">and ${plural(spec.more, 'more test')}</p>` : ''}
</details>`;
}

const STATE_OF: Record<SpecOutcome, CheckState> = {
  passed: 'passed',
  failed: 'failed',
  flaky: 'flaky',
  unknown: 'unknown',
  'expected-failure': 'not-applicable',
  skipped: 'not-run',
  'not-run': 'not-run',
};
