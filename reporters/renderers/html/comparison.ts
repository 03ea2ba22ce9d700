import type { ComparedRequest } from '../../../contract/load/load-comparison.ts';
import type { Outcome } from '../../../contract/evidence/outcome.ts';
import type { Verdict } from '../../../contract/verdict/verdict.ts';
import { detailsOf } from '../sections.ts';
import { count } from '../words.ts';
import { stateBadge, toneOfState } from './icons.ts';
import { markup, type Markup } from './markup.ts';
import { section, table } from './section.ts';

/** How fast new is beside old, request by request. */
export function comparisonSection(verdict: Verdict): Markup {
  return section(
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
  );
}

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
      ms(one.old),
      ms(one.new),
      interval(one),
      interval(one.control),
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

function interval({ ratio, lower, upper }: ComparedRequest['control']): Markup {
  if (ratio === null) return markup`not measured`;
  const end = (value: number | null): string => (value === null ? '?' : value.toFixed(2));
  return markup`${ratio.toFixed(2)} (${end(lower)} to ${end(upper)})`;
}

function ms(value: number | null): Markup {
  return value === null ? markup`not measured` : markup`${count(Number(value.toFixed(1)))} ms`;
}

function share(value: number | null): string {
  return value === null ? 'none' : `${(value * 100).toFixed(2)} %`;
}
