import type { MetricsSource } from '../../contract/slo/metrics-source.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { readSlo, type SloReader } from '../read-slo.ts';
import { createPrometheus, type PrometheusOptions } from './prometheus.ts';

type PrometheusSource = Extract<MetricsSource, { adapter: 'prometheus' }>;

/** How the Prometheus of a plan is asked. @throws GreenlightError SECRET_MISSING */
export function prometheusOf(
  source: PrometheusSource,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): PrometheusOptions {
  const headers = Object.fromEntries(
    Object.entries(source.headers).map(([name, value]) => [name, resolveSecret(value, env)]),
  );
  return { url: source.url, headers, ...(signal === undefined ? {} : { signal }) };
}

/** Asks for scrapes as they are. @throws GreenlightError SECRET_MISSING */
export function openPrometheus(
  source: PrometheusSource,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): SloReader {
  const store = createPrometheus(prometheusOf(source, env, signal));
  return (slo, objective) => readSlo(store, slo, objective);
}
