import { failedIn, type LoadResult, type LoadStage } from '../../contract/load/load-result.ts';
import type { Outcome } from '../../contract/evidence/outcome.ts';
import { rateChart } from '../renderers/html/chart.ts';
import { stateBadge, toneOfState } from '../renderers/html/icons.ts';
import { markup, type Markup } from '../renderers/html/markup.ts';
import { section, table } from '../renderers/html/section.ts';
import { statementTable } from '../renderers/html/statement-table.ts';
import { clean, heading, statementLine } from '../renderers/terminal/paint.ts';
import { count, duration, loadRate, plural } from '../renderers/words.ts';
import { type DetailSection, detailsOf } from './detail-section.ts';

/** What load measured, against the thresholds of the plan. */
export const load: DetailSection<'load'> = {
  statements: ({ statements }) => statements,
  html: (verdict) =>
    section(
      'load',
      'Load',
      detailsOf(verdict, 'load').map(
        ({ check, detail }) =>
          markup`<article class="card ${toneOfState(check.state)}">
            <h3>${stateBadge(check.state)} <code>${check.id}</code></h3>
            <p class="title">${check.title}</p>
            <p class="summary">${check.summary}</p>
            ${statementTable(`Thresholds of ${check.id}`, detail.statements)}
            ${levelsTable(check.id, detail.stages)}${numbersTable(check.id, detail.result)} ${rateChart(check.id, detail.result)}
            <p class="small">${describe(detail.result)}</p>
            ${detail.result.faults.map((fault) => markup`<p class="remedy"><strong>Fault of the engine:</strong> ${fault}</p>`)}
          </article>`,
      ),
    ),
  terminal: (verdict, paint) => {
    const loads = detailsOf(verdict, 'load');
    if (loads.length === 0) return [];
    return [
      heading('Load', loads.length, paint),
      ...loads.flatMap(({ check, detail: { result, statements } }) => [
        `  ${paint('bold', check.id)}  ${count(result.requests)} requests, ${loadRate(result)}, ${result.engine.name} ${clean(result.engine.version)}, ${duration(result.durationMs)}`,
        ...statements.map((statement) => statementLine(statement, 'limit', paint)),
      ]),
      '',
    ];
  },
};

function numbersTable(id: string, result: LoadResult): Markup {
  const { latency, errors } = result;
  const ms = (value: number): Markup => markup`${count(Number(value.toFixed(1)))} ms`;
  const failed = failedIn(errors);
  const percentile: readonly (readonly [string, number | undefined])[] = [
    ['p50', latency?.p50],
    ['p90', latency?.p90],
    ['p95', latency?.p95],
    ['p99', latency?.p99],
    ['max', latency?.max],
  ];
  return table(
    `Numbers of ${id}`,
    [
      { title: 'Requests', numeric: true },
      { title: 'Rate', numeric: true },
      { title: 'Errors', numeric: true },
      ...percentile.map(([title]) => ({ title, numeric: true })),
    ],
    [
      [
        markup`${count(result.requests)}`,
        markup`${loadRate(result)}`,
        markup`${count(failed)} (${share(failed, result.requests)})`,
        ...percentile.map(([, value]) => (value === undefined ? markup`not measured` : ms(value))),
      ],
    ],
  );
}

/** What each level of a ramp, spike, stress or soak came to. */
function levelsTable(id: string, stages: readonly LoadStage[] = []): Markup | '' {
  if (stages.length === 0) return '';
  return table(
    `Levels of ${id}`,
    [
      { title: 'Level' },
      { title: 'Ordered', numeric: true },
      { title: 'Answer' },
      { title: 'Rate', numeric: true },
      { title: 'Errors', numeric: true },
      { title: 'p95', numeric: true },
    ],
    stages.map(({ name, level, unit, outcome, achievedRate, errorRate, p95 }) => [
      markup`${name}`,
      markup`${count(level)}${unit === '1/s' ? '/s' : ' connections'}`,
      markup`${STAGE_WORDS[outcome]}`,
      markup`${count(Number(achievedRate.toFixed(1)))}/s`,
      errorRate === null ? markup`not measured` : markup`${(errorRate * 100).toFixed(2)} %`,
      p95 === null ? markup`not measured` : markup`${count(Number(p95.toFixed(1)))} ms`,
    ]),
  );
}

const STAGE_WORDS: Record<Outcome, string> = {
  pass: 'holds',
  fail: 'breaks',
  unknown: 'unknown',
  'not-applicable': 'not applicable',
};

function share(part: number, of: number): string {
  return of === 0 ? 'of none' : `${((part / of) * 100).toFixed(2)} %`;
}

function describe(result: LoadResult): string {
  const { errors, generator } = result;
  const underWay = Math.max(0, ...result.buckets.map(({ inFlight }) => inFlight ?? 0));
  const kinds = Object.entries(errors).filter(([, times]) => times > 0);
  return [
    `${result.engine.name} ${result.engine.version}`,
    result.model === 'closed' ? 'closed model: each connection waits for its answer' : 'open model',
    plural(result.connections, 'connection'),
    `${duration(result.durationMs)} measured after ${duration(result.warmupMs)} of warm-up`,
    ...(result.targetRate === null ? [] : [`aimed at ${count(result.targetRate)}/s`]),
    ...(underWay > 0 ? [`up to ${count(Number(underWay.toFixed(1)))} requests under way at once`] : []),
    ...(result.dropped > 0 ? [`${count(result.dropped)} arrivals could not be started`] : []),
    ...kinds.map(([kind, times]) => `${count(times)} errors of kind ${kind}`),
    ...(generator.saturated ? ['the load generator itself was at its limit'] : []),
  ].join(' · ');
}
