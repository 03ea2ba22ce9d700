import type { Finding } from '../../contract/finding.ts';
import { MetricsUnavailable, type MetricsPort } from '../../contract/ports/metrics.ts';
import type { MetricsSource, Slo, SloObjective } from '../../contract/slo.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { judgeSlo } from './judge-slo.ts';
import { createPrometheus } from './prometheus.ts';
import { readSlo } from './read-slo.ts';

/** Opens the source of metrics that the plan names. @throws GreenlightError SECRET_MISSING */
export function openMetrics(
  source: MetricsSource,
  env: NodeJS.ProcessEnv = process.env,
  signal?: AbortSignal,
): MetricsPort {
  const headers = Object.fromEntries(
    Object.entries(source.headers).map(([name, value]) => [name, resolveSecret(value, env)]),
  );
  return createPrometheus({ url: source.url, headers, ...(signal === undefined ? {} : { signal }) });
}

/** Evaluates one objective once. A store that gives no answer makes it unknown: it is no evidence about the target. */
export async function evaluateSlo(metrics: MetricsPort, slo: Slo, objective: SloObjective): Promise<Finding> {
  try {
    return judgeSlo(slo, objective, await readSlo(metrics, slo, objective));
  } catch (error) {
    if (!(error instanceof MetricsUnavailable)) throw error;
    return {
      check: objective.id,
      outcome: 'unknown',
      cause: 'metrics-unavailable',
      summary: `The metrics could not be read: ${error.message}`,
      remedy: error.hint,
      sampleSize: 0,
    };
  }
}
