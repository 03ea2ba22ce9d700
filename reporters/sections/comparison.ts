import type { ComparedRequest } from '../../contract/load/load-comparison.ts';
import type { CheckState, Outcome } from '../../contract/evidence/outcome.ts';
import { stateBadge, toneOfState } from '../renderers/html/icons.ts';
import { markup, type Markup } from '../renderers/html/markup.ts';
import { section, table } from '../renderers/html/section.ts';
import { clean, heading, MOST_SHOWN, moreLine, STATE_LOOK } from '../renderers/terminal/paint.ts';
import { count } from '../renderers/words.ts';
import { type DetailSection, detailsOf } from './detail-section.ts';

/** How fast new is beside old, request by request. */
export const comparison: DetailSection<'comparison'> = {
  statements: () => [],
  html: (verdict) =>
    section(
      'comparison',
      'Old against new',
      detailsOf(verdict, 'comparison').map(
        ({ check, detail: { comparison } }) =>
          markup`<article class="card ${toneOfState(check.state)}">
            <h3>${stateBadge(check.state)} <code>${check.id}</code></h3>
            <p class="title">${check.title}</p>
            <p class="summary">${check.summary}</p>
            ${requestsTable(check.id, comparison.percentile, comparison.requests)}
            <p class="small">${comparison.engine} · ${comparison.percentile} of short blocks, old, old again and new in an order from seed ${comparison.seed} · at most ${(comparison.margin * 100).toFixed(0)} % slower is allowed · confidence ${(comparison.confidence * 100).toFixed(1)} %</p>
          </article>`,
      ),
    ),
  terminal: (verdict, paint) => {
    const comparisons = detailsOf(verdict, 'comparison');
    if (comparisons.length === 0) return [];
    return [
      heading('Old against new', comparisons.length, paint),
      ...comparisons.flatMap(({ check, detail: { comparison: report } }) => [
        `  ${paint('bold', check.id)}  ${report.percentile} of ${report.engine}, at most ${(report.margin * 100).toFixed(0)} % slower is allowed`,
        ...report.requests.slice(0, MOST_SHOWN).map((one) => {
          const { sign, colour } = STATE_LOOK[STATES[one.outcome]];
          return `    ${paint(colour, sign)} ${clean(one.request)}: ${WORDS[one.outcome]}, old ${ms(one.old)}, new ${ms(one.new)}, new / old ${interval(one)}`;
        }),
        ...moreLine(report.requests.length - MOST_SHOWN),
      ]),
      '',
    ];
  },
};

const STATES: Record<Exclude<Outcome, 'not-applicable'>, CheckState> = {
  pass: 'passed',
  fail: 'failed',
  unknown: 'unknown',
};

function requestsTable(id: string, percentile: string, requests: readonly ComparedRequest[]): Markup {
  return table(
    `Requests of ${id}`,
    [
      { title: 'Request' },
      { title: 'Answer' },
      { title: `${percentile} old`, numeric: true },
      { title: `${percentile} new`, numeric: true },
      { title: 'New / old', numeric: true },
      { title: 'Old / old', numeric: true },
      { title: 'Errors old, new', numeric: true },
      { title: 'Rounds', numeric: true },
    ],
    requests.map((one) => [
      markup`<code>${one.request}</code>`,
      markup`${WORDS[one.outcome]}`,
      markup`${ms(one.old)}`,
      markup`${ms(one.new)}`,
      markup`${interval(one)}`,
      markup`${interval(one.control)}`,
      markup`${share(one.oldErrors)}, ${share(one.newErrors)}`,
      markup`${count(one.rounds)}`,
    ]),
  );
}

const WORDS: Record<Exclude<Outcome, 'not-applicable'>, string> = {
  pass: 'not slower',
  fail: 'worse',
  unknown: 'unknown',
};

function interval({ ratio, lower, upper }: ComparedRequest['control']): string {
  if (ratio === null) return 'not measured';
  const end = (value: number | null): string => (value === null ? '?' : value.toFixed(2));
  return `${ratio.toFixed(2)} (${end(lower)} to ${end(upper)})`;
}

function ms(value: number | null): string {
  return value === null ? 'not measured' : `${count(Number(value.toFixed(1)))} ms`;
}

function share(value: number | null): string {
  return value === null ? 'none' : `${(value * 100).toFixed(2)} %`;
}
