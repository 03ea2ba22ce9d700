import { Unavailable } from '../../contract/cannot-tell.ts';
import { z } from 'zod';
import type { MetricSource } from '../../contract/slo/metric-source.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import type { MetricReader } from '../metrics/metric-reading.ts';
import { type PeriodSeries, periodReader } from '../metrics/period-reader.ts';
import { askJson } from './ask-json.ts';

/** What is read of `MetricsQueryResponse`; a gap in a series is null. */
const Answer = z.object({
  status: z.string(),
  error: z.string().optional(),
  series: z
    .array(
      z.object({
        /** Seconds of a period, which Datadog chooses by the length of the span. */
        interval: z.number().positive(),
        scope: z.string().default(''),
        pointlist: z.array(z.tuple([z.number(), z.number().nullable()])),
      }),
    )
    .default([]),
});
const Refused = z.object({ errors: z.array(z.string()) });

const HINT =
  'see metrics.sources: the site of the organisation, its API key, and an application key with the right timeseries_query';

/** Asks Datadog for single numbers. @throws GreenlightError SECRET_MISSING */
export function openDatadogMetric(
  source: Extract<MetricSource, { adapter: 'datadog' }>,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): MetricReader {
  const base = (source.url ?? `https://api.${source.site}`).replace(/\/+$/, '');
  const headers = {
    'dd-api-key': resolveSecret(source.apiKey, env),
    'dd-application-key': resolveSecret(source.applicationKey, env),
  };
  return periodReader(async ({ text }, { startS, endS }) => {
    const query = new URLSearchParams({ from: String(startS), to: String(endS), query: text });
    const { status, body } = await askJson(`${base}/api/v1/query?${query.toString()}`, headers, HINT, signal);
    return seriesOf(text, status, body);
  }, source.delayS);
}

function seriesOf(query: string, status: number, body: unknown): PeriodSeries {
  if (status !== 200) {
    const why = Refused.safeParse(body).data?.errors.join('; ') ?? 'without a reason that can be read';
    const remedy = status === 400 ? `look at the query: ${query}` : status === 429 ? 'ask less often' : HINT;
    throw new Unavailable(`Datadog answered ${status}: ${why}`, remedy);
  }
  const answer = Answer.safeParse(body);
  if (!answer.success)
    throw new Unavailable(
      `the answer is none of Datadog: ${z.prettifyError(answer.error).slice(0, 300)}`,
      HINT,
    );
  const { status: word, error, series } = answer.data;
  if (word !== 'ok')
    throw new Unavailable(
      `Datadog could not answer (${word}): ${error ?? 'without a reason'}`,
      `look at the query: ${query}`,
    );
  return {
    series: series.flatMap(({ scope, interval, pointlist }) => {
      const points = pointlist.flatMap(([atMs, value]) =>
        value === null ? [] : [{ atS: atMs / 1000 + interval, value }],
      );
      return points.length === 0 ? [] : [{ name: scope === '*' ? '' : scope, points, stepS: interval }];
    }),
    warnings: [],
  };
}
