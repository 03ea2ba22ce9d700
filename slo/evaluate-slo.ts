import type { Finding } from '../contract/evidence/finding.ts';
import { MetricsUnavailable } from '../contract/ports/metrics.ts';
import type { MetricsSource, Slo, SloLevel, SloObjective } from '../contract/slo/slo.ts';
import { resolveSecret } from '../safety/secrets.ts';
import { readAzureLogs } from './sources/azure-logs.ts';
import { azureToken } from './sources/azure-token.ts';
import { openCloudWatch, readCloudWatch } from './sources/cloudwatch.ts';
import { judgeBudget, judgeBurnRate } from './judge-budget.ts';
import { judgeSlo } from './judge-slo.ts';
import { periodReadings } from './period-readings.ts';
import { createPrometheus, type PrometheusOptions } from './sources/prometheus.ts';
import { readSlo, type SloReadings } from './read-slo.ts';

/** Asks a source everything that judging one objective needs. @throws MetricsUnavailable */
export type SloReader = (slo: Slo, level: SloLevel) => Promise<SloReadings>;

/** Opens the source of metrics that the plan names. @throws GreenlightError SECRET_MISSING */
export function openMetrics(
  source: MetricsSource,
  env: NodeJS.ProcessEnv = process.env,
  signal?: AbortSignal,
): SloReader {
  const stop = signal === undefined ? {} : { signal };
  switch (source.adapter) {
    case 'prometheus': {
      const store = createPrometheus(prometheusOf(source, env, signal));
      return (slo, objective) => readSlo(store, slo, objective);
    }
    case 'cloudwatch': {
      // Opened at the first question: only then a client that is not installed matters.
      let store: ReturnType<typeof openCloudWatch> | undefined;
      return async (slo, objective) => {
        store ??= openCloudWatch(source, signal);
        const counts = await readCloudWatch(await store, slo, objective, lastPeriodEndS(slo, source.delayS));
        return periodReadings(slo, objective, counts);
      };
    }
    case 'azure-logs': {
      const { url, workspace } = source;
      const logs = { url, workspace, token: azureToken(source, env, signal), ...stop };
      return async (slo, objective) =>
        periodReadings(
          slo,
          objective,
          await readAzureLogs(logs, slo, objective, lastPeriodEndS(slo, source.delayS)),
        );
    }
  }
}

/** How the Prometheus of a plan is asked. @throws GreenlightError SECRET_MISSING */
export function prometheusOf(
  source: Extract<MetricsSource, { adapter: 'prometheus' }>,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): PrometheusOptions {
  const headers = Object.fromEntries(
    Object.entries(source.headers).map(([name, value]) => [name, resolveSecret(value, env)]),
  );
  return { url: source.url, headers, ...(signal === undefined ? {} : { signal }) };
}

/** The end of the last period that is complete there. */
function lastPeriodEndS({ scrapeS }: Slo, delayS: number): number {
  return Math.floor((Date.now() / 1000 - delayS) / scrapeS) * scrapeS;
}

/** Evaluates one objective once. A store that gives no answer makes it unknown: it is no evidence about the target. */
export async function evaluateSlo(read: SloReader, slo: Slo, objective: SloObjective): Promise<Finding> {
  try {
    const readLevel = (level: SloLevel): Promise<SloReadings> => read(slo, level);
    if (objective.kind === 'burn-rate') return await judgeBurnRate(readLevel, slo, objective);
    if (objective.kind === 'error-budget') return await judgeBudget(readLevel, slo, objective);
    return judgeSlo(slo, objective, await readLevel(objective));
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
