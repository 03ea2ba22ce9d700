import { Unavailable } from '../../contract/cannot-tell.ts';
import { z } from 'zod';
import { type InstantAnswer, type MetricsPort, type RangeAnswer } from '../../contract/ports/metrics.ts';

/** How a Prometheus is reached; headers hold resolved secrets. */
export interface PrometheusOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const Point = z.tuple([z.number(), z.string()]);
const Labels = z.record(z.string(), z.string());
const Warnings = z.array(z.string()).optional();
const Failed = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });
const Scalar = z.object({
  status: z.literal('success'),
  data: z.object({ resultType: z.literal('scalar'), result: Point }),
});
const Vector = z.object({
  status: z.literal('success'),
  warnings: Warnings,
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: Labels, value: Point })),
  }),
});
const Matrix = z.object({
  status: z.literal('success'),
  warnings: Warnings,
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: Labels, values: z.array(Point) })),
  }),
});

const HINT = 'see that slo.source.url is the address of a Prometheus that answers from here';

/** Asks Prometheus: with a form as POST, without one as GET. @throws Unavailable */
export async function askPrometheus<T>(
  options: PrometheusOptions,
  path: string,
  form: Record<string, string> | undefined,
  answer: z.ZodType<T>,
): Promise<T> {
  const raw = await request(options, path, form);
  const failed = Failed.safeParse(raw);
  if (failed.success) {
    throw new Unavailable(
      `Prometheus refused the query (${failed.data.errorType}): ${failed.data.error}`,
      form?.['query'] === undefined ? HINT : `look at the query: ${form['query']}`,
    );
  }
  const parsed = answer.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new Unavailable(
    `the answer is none of Prometheus: ${z.prettifyError(parsed.error).slice(0, 300)}`,
    HINT,
  );
}

/** Prometheus 2 or 3, or anything with its HTTP interface. */
export function createPrometheus(options: PrometheusOptions): MetricsPort {
  const ask = <T>(path: string, form: Record<string, string>, answer: z.ZodType<T>): Promise<T> =>
    askPrometheus(options, path, form, answer);
  return {
    now: async () => numberOf((await ask('query', { query: 'time()' }, Scalar)).data.result[1]),
    instant: async (query, atS): Promise<InstantAnswer> => {
      const { data, warnings } = await ask('query', { query, time: String(atS) }, Vector);
      const samples = data.result.map(({ metric, value }) => ({ labels: metric, value: numberOf(value[1]) }));
      return { samples, warnings: warnings ?? [] };
    },
    range: async (query, startS, endS, stepS): Promise<RangeAnswer> => {
      const times = { start: String(startS), end: String(endS), step: String(stepS) };
      const { data, warnings } = await ask('query_range', { query, ...times }, Matrix);
      const series = data.result.map(({ metric, values }) => ({
        labels: metric,
        points: values.map(([atS, value]) => ({ atS, value: numberOf(value) })),
      }));
      return { series, warnings: warnings ?? [] };
    },
  };
}

async function request(
  { url, headers, timeoutMs = 15_000, signal }: PrometheusOptions,
  path: string,
  form: Record<string, string> | undefined,
): Promise<unknown> {
  const address = `${url.replace(/\/+$/, '')}/api/v1/${path}`;
  const limit = AbortSignal.timeout(timeoutMs);
  let status: number;
  let text: string;
  try {
    const response = await fetch(address, {
      headers,
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
      // A login page behind a redirect would be an answer, but none about the target.
      redirect: 'manual',
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    status = response.status;
    text = await response.text();
  } catch (cause) {
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw new Unavailable(`no answer from ${address}: ${why}`, HINT, { cause });
  }
  try {
    const body: unknown = JSON.parse(text);
    // Prometheus explains 400, 422 and 503 in its own words; whatever else is not 2xx came from something before it.
    if ((status >= 200 && status <= 299) || Failed.safeParse(body).success) return body;
  } catch {
    // Told apart below: no JSON means that no Prometheus spoke.
  }
  throw new Unavailable(`${address} answered ${status}: ${text.trim().slice(0, 200)}`, HINT);
}

/** Values are texts, because JSON has neither NaN nor infinity. */
function numberOf(text: string): number {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return text.trim() === '' ? NaN : Number(text);
}
