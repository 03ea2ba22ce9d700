import { Unavailable } from '../../contract/cannot-tell.ts';
import { z } from 'zod';
import { type InstantAnswer, type MetricsPort } from '../../contract/ports/metrics.ts';
import { isSelector } from '../../contract/slo/metric-problems.ts';
import { PER_S } from '../../contract/slo/metric-check.ts';
import type { MetricSource } from '../../contract/slo/metric-source.ts';
import type {
  MetricQuestion,
  MetricReader,
  MetricReading,
  SeriesReading,
  Witness,
} from '../metrics/metric-reading.ts';
import { LEAST_COVERAGE } from '../limits.ts';
import { parseSelector } from '../selector.ts';
import { seriesBefore } from '../slo-queries.ts';
import { prometheusOf } from './open-prometheus.ts';
import { askPrometheus, createPrometheus, type PrometheusOptions } from './prometheus.ts';

/** What targets say about their metrics; there also where nothing of it has happened yet. */
const Metadata = z.object({
  status: z.literal('success'),
  data: z.array(z.object({ target: z.record(z.string(), z.string()) })),
});

/** Asks Prometheus for single numbers, series by series. @throws GreenlightError SECRET_MISSING */
export function openPrometheusMetric(
  source: Extract<MetricSource, { adapter: 'prometheus' }>,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): MetricReader {
  const options = prometheusOf(source, env, signal);
  const store = createPrometheus(options);
  return {
    read: async (question) => {
      const nowS = await store.now();
      const windowS = windowOf(question, nowS);
      return question.measure === 'gauge' || question.measure === 'trend'
        ? readGauge(store, question, nowS, windowS)
        : readCounter(store, question, nowS, windowS);
    },
    knows: (question) => knows(options, store, question),
  };
}

/** Whole seconds, as Prometheus writes its windows. */
function windowOf({ window }: MetricQuestion, nowS: number): number {
  if ('lastS' in window) return window.lastS;
  if (window.sinceS < nowS) return Math.ceil(nowS - window.sinceS);
  throw new Unavailable(
    `the moment ${new Date(window.sinceS * 1000).toISOString()} has not come yet by the clock of Prometheus`,
    'name the moment of the cut-over in since',
  );
}

async function readGauge(
  store: MetricsPort,
  { text, measure, over, everyS }: MetricQuestion,
  nowS: number,
  windowS: number,
): Promise<MetricReading> {
  const plain = isSelector(text);
  // An expression has no values of its own: it is evaluated as often as there is one.
  const range = plain ? `${text}[${windowS}s]` : `(${text})[${windowS}s:${Math.ceil(everyS * 1000)}ms]`;
  const value = measure === 'trend' ? `deriv(${range}) * ${PER_S.hour}` : `${over}_over_time(${range})`;
  const [values, counts, newest] = await Promise.all([
    store.instant(value, nowS),
    store.instant(`count_over_time(${range})`, nowS),
    // Of an expression this is the time of its evaluation, so that only whether it has a value now is known.
    store.instant(`timestamp(${plain ? text : `(${text})`})`, nowS),
  ]);
  const [count, at] = [byLabels(counts.samples), byLabels(newest.samples)];
  return {
    windowS,
    warnings: [...values.warnings, ...counts.warnings, ...newest.warnings],
    series: values.samples.map(({ labels, value: one }): SeriesReading => {
      const samples = count.get(keyOf(labels)) ?? 0;
      const atS = at.get(keyOf(labels));
      return {
        name: nameOf(labels),
        least: one,
        most: one,
        samples,
        coverage: Math.min(1, (samples * everyS) / windowS),
        ...(atS === undefined ? {} : { ageS: Math.max(0, nowS - atS) }),
      };
    }),
  };
}

/**
 * Events by a counter, exactly: the last value less the one before the window, where it did not begin anew. A series that
 * came in the window counts as a whole where its instance was scraped before it, or began in the window. Else its first
 * value may be of before, and only what it grew by since is certain. Of one that began anew, what it has counted since its
 * last beginning in the window is certain; `increase()` extrapolates, and only bounds it from above.
 */
async function readCounter(
  store: MetricsPort,
  { text, everyS }: MetricQuestion,
  nowS: number,
  windowS: number,
): Promise<MetricReading> {
  const { before, fresh } = seriesBefore(text, windowS);
  const range = `${text}[${windowS}s]`;
  const [last, low] = [`last_over_time(${range})`, `min_over_time(${range})`];
  const steady = `(resets(${range}) == 0)`;
  // A value below the one before the window is a new beginning, too, however long nobody scraped between them.
  const grew = `(((${last} - ${before}) and ${steady}) and ((${low} - ${before}) >= 0))`;
  const same = 'on (job, instance)';
  const ask = (query: string): Promise<InstantAnswer> => store.instant(query, nowS);
  const answers = await Promise.all([
    ask(grew),
    ask(`(${last} and ${before}) unless ${grew}`),
    ask(fresh),
    ask(`count_over_time(${range})`),
    ask(`timestamp(${text})`),
    ask(`count_over_time(${range}) < ${same} group_left () sum_over_time(up[${windowS}s])`),
    ask(`${last} and ${same} (process_start_time_seconds >= ${nowS - windowS})`),
    ask(`(${last} - ${low}) and ${steady}`),
    ask(`resets(${range}) > 0`),
    ask(`max_over_time(${range})`),
    ask(before),
    ask(`increase(${text}[${windowS + Math.ceil(2 * everyS)}s])`),
  ]);
  const [exact, anew, born, counts, newest, watched, begun, ...more] = answers;
  const [growth, resets, peaks, earlier, increase] = more.map(({ samples }) => byLabels(samples));
  const [count, at] = [byLabels(counts.samples), byLabels(newest.samples)];
  const whole = new Set([...watched.samples, ...begun.samples].map(({ labels }) => keyOf(labels)));
  const between = (key: string, value: number): readonly [least: number, most: number] => {
    if (resets?.has(key) !== true) return [whole.has(key) ? value : (growth?.get(key) ?? 0), value];
    const peak = peaks?.get(key) ?? value;
    const start = earlier?.get(key);
    const certain = Math.max(value, peak - (start ?? (whole.has(key) ? 0 : peak)));
    return [certain, Math.max(certain, increase?.get(key) ?? 0) + (start === undefined ? peak : 0)];
  };
  const reading = (labels: Labels, least: number, most: number, known: boolean): SeriesReading => {
    const samples = count.get(keyOf(labels)) ?? 0;
    const atS = at.get(keyOf(labels));
    return {
      name: nameOf(labels),
      least,
      most,
      samples,
      coverage: known ? Math.min(1, (samples * everyS) / windowS) : 1,
      ...(atS === undefined ? {} : { ageS: Math.max(0, nowS - atS) }),
    };
  };
  return {
    windowS,
    warnings: [...new Set(answers.flatMap(({ warnings }) => warnings))],
    series: [
      ...exact.samples.map(({ labels, value }) => reading(labels, value, value, true)),
      ...anew.samples.map(({ labels, value }) => reading(labels, ...between(keyOf(labels), value), true)),
      ...born.samples.map(({ labels, value }) => reading(labels, ...between(keyOf(labels), value), false)),
    ],
  };
}

/**
 * Whether the metric would be there, and was watched over the window. Where its job and instance have other series of it,
 * each label of the selector must be one of theirs; where they have none at all, they must say themselves that they export
 * such a metric, and have been up.
 */
async function knows(
  options: PrometheusOptions,
  store: MetricsPort,
  question: MetricQuestion,
): Promise<Witness> {
  const { text, everyS } = question;
  if (!isSelector(text)) return { known: false, by: 'an expression of which no part is known to be right' };
  const { name, matchers } = parseSelector(text.trim());
  const nowS = await store.now();
  const windowS = windowOf(question, nowS);
  const number = async (query: string): Promise<number> =>
    (await store.instant(query, nowS)).samples[0]?.value ?? 0;
  const selector = (all: readonly string[]): string => `${name}{${[...new Set(all)].join(',')}}`;
  const place = matchers.filter(({ label }) => label === 'job' || label === 'instance');
  const where = place.map((one) => one.text);
  const enough = (values: number): boolean => values * everyS >= LEAST_COVERAGE * windowS;
  if ((await number(`count(last_over_time(${selector(where)}[${windowS}s]))`)) > 0) {
    const others = matchers.filter((one) => !place.includes(one)).map(({ label }) => `${label}!=""`);
    const same = selector([...where, ...others]);
    const [now, seen] = [
      await number(`count(${same})`),
      await number(`max(count_over_time(${same}[${windowS}s]))`),
    ];
    if (now === 0)
      return { known: false, by: `there are series of ${selector(where)}, and none of ${same} now` };
    return enough(seen)
      ? { known: true, by: `there are other series of ${same}` }
      : { known: false, by: `other series of ${same} were seen for a part of the window only` };
  }
  const asked = new URLSearchParams({ metric: name, match_target: `{${where.join(',')}}` });
  const { data } = await askPrometheus(options, `targets/metadata?${asked.toString()}`, undefined, Metadata);
  if (data.length === 0)
    return { known: false, by: `no target exports a metric ${name}, and there is no other series of it` };
  const targets = (label: 'job' | 'instance'): string =>
    `${label}=~${JSON.stringify([...new Set(data.map(({ target }) => literally(target[label] ?? '')))].join('|'))}`;
  const up = `up{${targets('job')},${targets('instance')}}`;
  return enough(await number(`max(sum_over_time(${up}[${windowS}s]) and ${up} == 1)`))
    ? { known: true, by: `its target exports a metric ${name}` }
    : { known: false, by: `a target exports a metric ${name}, and was not up for the whole window` };
}

/** A value that a regular expression matches and nothing else. */
function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

type Labels = Readonly<Record<string, string>>;

/** Functions drop the name of a metric, selectors keep it. */
function withoutName(labels: Labels): [string, string][] {
  return Object.entries(labels)
    .filter(([label]) => label !== '__name__')
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function keyOf(labels: Labels): string {
  return JSON.stringify(withoutName(labels));
}

function nameOf(labels: Labels): string {
  return withoutName(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(', ');
}

function byLabels(
  samples: readonly { readonly labels: Labels; readonly value: number }[],
): ReadonlyMap<string, number> {
  return new Map(samples.map(({ labels, value }) => [keyOf(labels), value]));
}
