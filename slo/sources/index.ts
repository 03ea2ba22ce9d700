import type { MetricsSource } from '../../contract/slo/metrics-source.ts';
import type { SloReader } from '../read-slo.ts';
import { openAzureLogs } from './azure-logs.ts';
import { openCloudWatchReader } from './cloudwatch.ts';
import { openPrometheus } from './open-prometheus.ts';

/** Opens one source; only the first question reaches it. @throws GreenlightError SECRET_MISSING */
type Open<Adapter extends MetricsSource['adapter']> = (
  source: Extract<MetricsSource, { adapter: Adapter }>,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
) => SloReader;

/** A new source is its file and its line here; the compiler asks for the line. */
const SOURCES: { readonly [Adapter in MetricsSource['adapter']]: Open<Adapter> } = {
  prometheus: openPrometheus,
  cloudwatch: openCloudWatchReader,
  'azure-logs': openAzureLogs,
};

/** The source of metrics that a plan names. @throws GreenlightError SECRET_MISSING */
export function openSource(
  source: MetricsSource,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): SloReader {
  // Each is given the source of its own name; the type of the table cannot say so.
  return (SOURCES[source.adapter] as Open<MetricsSource['adapter']>)(source, env, signal);
}
