import type { Target } from '../../contract/plan/target.ts';
import type { MetricSource } from '../../contract/slo/metric-source.ts';
import type { MetricReader } from '../metrics/metric-reading.ts';
import { openAzureLogsMetric } from './azure-logs-metric.ts';
import { openCloudWatchMetric } from './cloudwatch-metric.ts';
import { openDatadogMetric } from './datadog-metric.ts';
import { openHttpJsonMetric } from './http-json-metric.ts';
import { openPrometheusMetric } from './prometheus-metric.ts';
import { openSqlMetric } from './sql-metric.ts';

/** What a source may need besides what the plan says of it. */
export interface MetricSurroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
  /** Of the plan: names databases. */
  readonly target: Pick<Target, 'databases' | 'records' | 'old'>;
}

/** Opens one source; only the first question reaches it. @throws GreenlightError SECRET_MISSING */
type Open<Adapter extends MetricSource['adapter']> = (
  source: Extract<MetricSource, { adapter: Adapter }>,
  around: MetricSurroundings,
) => MetricReader;

/** A new source is its file and its line here; the compiler asks for the line. */
const SOURCES: { readonly [Adapter in MetricSource['adapter']]: Open<Adapter> } = {
  prometheus: (source, { env, signal }) => openPrometheusMetric(source, env, signal),
  cloudwatch: (source, { env, signal }) => openCloudWatchMetric(source, env, signal),
  'azure-logs': (source, { env, signal }) => openAzureLogsMetric(source, env, signal),
  datadog: (source, { env, signal }) => openDatadogMetric(source, env, signal),
  sql: (source, { env, target }) => openSqlMetric(source, target, env),
  'http-json': (source, { env, signal }) => openHttpJsonMetric(source, env, signal),
};

/** The reader of single numbers of a source. @throws GreenlightError SECRET_MISSING */
export function openMetricSource(source: MetricSource, around: MetricSurroundings): MetricReader {
  // Each is given the source of its own name; the type of the table cannot say so.
  return (SOURCES[source.adapter] as Open<MetricSource['adapter']>)(source, around);
}
