import type { Problem } from '../errors.ts';
import type { Loose } from '../flow/loose.ts';
import { placeholdersIn, SINCE_FORMS } from '../plan/probes/since.ts';
import { databaseProblems, SqlText } from '../plan/sql-database.ts';
import { type MetricCheck, Metrics } from './metric-check.ts';
import { type Measure, METRIC_TRAITS, type MetricSource } from './metric-source.ts';

/** Values that a straight line is drawn through, at least. */
export const TREND_VALUES = 10;

/** The source of a check by its name, or the only one there is. */
export function sourceOf(
  { sources }: Pick<Metrics, 'sources'>,
  { source }: Pick<MetricCheck, 'source'>,
): { readonly name: string; readonly source: MetricSource } | undefined {
  const all = Object.entries(sources);
  const [name, found] =
    (source === undefined ? (all.length === 1 ? all[0] : undefined) : all.find(([one]) => one === source)) ??
    [];
  return name === undefined || found === undefined ? undefined : { name, source: found };
}

/** What a check asks a source for: its questions by their keys, and what each measures. */
export function questionsOf(check: MetricCheck): readonly {
  readonly key: 'of' | 'part' | 'total';
  readonly text: string;
  readonly measure: Measure;
}[] {
  switch (check.kind) {
    case 'gauge':
    case 'count':
    case 'increase':
    case 'trend':
      return [{ key: 'of', text: check.of, measure: check.kind }];
    case 'rate':
      return [{ key: 'of', text: check.of, measure: 'count' }];
    case 'ratio':
      return [
        { key: 'part', text: check.part, measure: check.of },
        ...(typeof check.total === 'string'
          ? [{ key: 'total' as const, text: check.total, measure: check.of }]
          : []),
      ];
  }
}

/** How often the source of a check has a new value, in seconds. */
export function everyOf(check: Pick<MetricCheck, 'everyS'>, source: MetricSource): number {
  return check.everyS ?? METRIC_TRAITS[source.adapter].everyS;
}

/** What is wrong between the metrics of a plan of any shape, their sources and the rest of it. */
export function metricProblems(plan: Loose): readonly Problem[] {
  const parsed = Metrics.safeParse(plan['metrics'] ?? {});
  // What cannot be read is left to the schema's own messages.
  if (!parsed.success) return [];
  const metrics = parsed.data;
  const names = Object.keys(metrics.sources);
  return [
    ...Object.entries(metrics.sources).flatMap(([name, source]) =>
      source.adapter === 'sql'
        ? databaseProblems(plan, source.database, `metrics.sources.${name}.database`)
        : [],
    ),
    ...metrics.checks.flatMap((check, index): readonly Problem[] => {
      const path = `metrics.checks[${index}]`;
      const found = sourceOf(metrics, check);
      if (found !== undefined) return checkProblems(check, found.source, path);
      return [
        {
          path: `${path}.source`,
          value: check.source === undefined ? 'nothing' : JSON.stringify(check.source),
          problem:
            check.source === undefined
              ? `does not say which of ${names.length} sources is asked`
              : 'is no name in metrics.sources',
          remedy:
            names.length === 0
              ? "add one: metrics: { sources: { main: { adapter: 'prometheus', url: 'https://prometheus.example.com' } } }"
              : `use one of: ${names.join(', ')}`,
        },
      ];
    }),
  ];
}

function checkProblems(check: MetricCheck, source: MetricSource, path: string): readonly Problem[] {
  const { knows, measures, question } = METRIC_TRAITS[source.adapter];
  const problems: Problem[] = [];
  const complain = (key: string, value: unknown, problem: string, remedy: string): void => {
    problems.push({ path: `${path}.${key}`, value: JSON.stringify(value), problem, remedy });
  };
  for (const { key, text, measure } of questionsOf(check)) {
    if (!measures.includes(measure))
      complain(
        'kind',
        check.kind,
        `cannot be asked of ${source.adapter}`,
        `use one of: ${measures.join(', ')}`,
      );
    for (const [asked, value] of [[key, text] as const, ['present', check.present] as const]) {
      const wrong =
        value === undefined ? undefined : wrongQuestion(value, source, asked === key ? measure : 'gauge');
      if (wrong !== undefined) complain(asked, value, wrong, `write ${question}`);
    }
  }
  if (check.present !== undefined && check.absent !== 'zero')
    complain(
      'present',
      check.present,
      'is asked only where absence means zero',
      "add absent: 'zero', or drop it",
    );
  if (check.absent === 'zero' && knows === 'number')
    complain('absent', 'zero', 'a document without the number says nothing', 'drop it');
  if (check.kind === 'gauge' && check.statistic !== undefined && source.adapter !== 'cloudwatch')
    complain('statistic', check.statistic, 'is for CloudWatch only', 'drop it, or say it in the question');
  return [...problems, ...windowProblems(check, source, path)];
}

/** A name, its matchers, and nothing else. */
const SELECTOR =
  /^[a-zA-Z_:][a-zA-Z0-9_:]*\s*(\{(?:[^"'`{}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)*\})?$/;

/** Whether a question to Prometheus names series as they are scraped, and is no expression. */
export function isSelector(text: string): boolean {
  return SELECTOR.test(text.trim());
}

function wrongQuestion(text: string, source: MetricSource, measure: Measure): string | undefined {
  switch (source.adapter) {
    case 'prometheus':
      return measure === 'gauge' || measure === 'trend' || isSelector(text)
        ? undefined
        : 'must be a counter as it is scraped, no expression: its first value must be told from no value';
    case 'cloudwatch':
      return /^[\w.:#-]+(\/[\w.:#-]+)+(\{.*\})?$/s.test(text.trim())
        ? undefined
        : 'names no metric of CloudWatch';
    case 'azure-logs':
    case 'datadog':
      return undefined;
    case 'sql': {
      const parsed = SqlText.safeParse(text);
      return parsed.success ? wrongMoment(text) : (parsed.error.issues[0]?.message ?? 'is no statement');
    }
    case 'http-json':
      if (!text.startsWith('/') || !/#(\/|$)/.test(text)) return 'names no place in a document';
      return wrongMoment(text);
  }
}

function wrongMoment(text: string): string | undefined {
  const wrong = placeholdersIn(text).find(({ form }) => !SINCE_FORMS.includes(form));
  return wrong === undefined
    ? undefined
    : `holds ${wrong.text}, which is no form of {since}, {since:s}, {since:ms} or {since:ns}`;
}

function windowProblems(check: MetricCheck, source: MetricSource, path: string): readonly Problem[] {
  const { knows } = METRIC_TRAITS[source.adapter];
  const everyS = everyOf(check, source);
  const problem = (key: string, value: unknown, text: string, remedy: string): Problem => ({
    path: `${path}.${key}`,
    value: String(value),
    problem: text,
    remedy,
  });
  if (knows === 'rows' || knows === 'number') return [];
  if (knows === 'periods' && source.adapter !== 'datadog' && everyS % 60 !== 0)
    return [
      problem('everyS', everyS, 'is no whole number of minutes', 'use 60, or the period of the metric'),
    ];
  if (check.since !== undefined) return [];
  const least = check.kind === 'trend' ? TREND_VALUES * everyS : knows === 'scrapes' ? 4 * everyS : everyS;
  if (check.windowS < least)
    return [
      problem(
        'windowS',
        check.windowS,
        'is too short for an answer',
        `use at least ${least}, which is ${least / everyS} values; or say with everyS how often there is one`,
      ),
    ];
  if (knows === 'periods' && check.windowS % everyS !== 0)
    return [
      problem('windowS', check.windowS, 'is no whole number of periods', `use a multiple of ${everyS}`),
    ];
  return [];
}
