import { Unavailable } from '../../contract/cannot-tell.ts';
import type {
  CloudWatchClient,
  GetMetricDataCommandInput,
  GetMetricDataCommandOutput,
  ListMetricsCommandInput,
  ListMetricsCommandOutput,
  Metric,
  MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import type { MetricsSource } from '../../contract/slo/metrics-source.ts';
import type { Slo, SloLevel } from '../../contract/slo/slo.ts';
import { lastPeriodEndS, type PeriodCounts, periodReadings, type Periods } from '../period-readings.ts';
import type { SloReader } from '../read-slo.ts';
import { parseSelector } from '../selector.ts';
import { importClient } from './import-client.ts';

/** The two questions that CloudWatch is asked, as its own client asks them. */
export interface CloudWatchStore {
  data(input: GetMetricDataCommandInput): Promise<GetMetricDataCommandOutput>;
  list(input: ListMetricsCommandInput): Promise<ListMetricsCommandOutput>;
}

const MOST_PAGES = 50;
const HINT =
  'see the credentials in the environment (AWS_PROFILE, AWS_ACCESS_KEY_ID, a role), slo.source.region, and the rights cloudwatch:GetMetricData and cloudwatch:ListMetrics';

type CloudWatchSource = Extract<MetricsSource, { adapter: 'cloudwatch' }>;

/** Asks CloudWatch. Its client is opened at the first question: only then one that is not installed matters. */
export function openCloudWatchReader(
  source: CloudWatchSource,
  _env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): SloReader {
  let store: ReturnType<typeof openCloudWatch> | undefined;
  return async (slo, objective) => {
    store ??= openCloudWatch(source, signal);
    const counts = await readCloudWatch(await store, slo, objective, lastPeriodEndS(slo, source.delayS));
    return periodReadings(slo, objective, counts);
  };
}

/** Opens the client of AWS, with the credentials of the environment. */
export async function openCloudWatch(
  source: CloudWatchSource,
  signal?: AbortSignal,
): Promise<CloudWatchStore> {
  const sdk = await importClient('@aws-sdk/client-cloudwatch', () => import('@aws-sdk/client-cloudwatch'));
  const client: CloudWatchClient = new sdk.CloudWatchClient({ region: source.region, maxAttempts: 3 });
  const options = signal === undefined ? {} : { abortSignal: signal };
  return {
    data: (input) => client.send(new sdk.GetMetricDataCommand(input), options),
    list: (input) => client.send(new sdk.ListMetricsCommand(input), options),
  };
}

/**
 * Reads one objective. Latency: `PR(:boundary)` is the percentage of values up to the boundary, weighted with the number
 * of values of each period. @throws Unavailable
 */
export async function readCloudWatch(
  store: CloudWatchStore,
  slo: Slo,
  objective: SloLevel,
  endS: number,
): Promise<PeriodCounts> {
  const startS = endS - objective.windowS - objective.forS;
  const queries = queriesOf(slo, objective);
  const { values, warnings } = await dataOf(store, {
    StartTime: new Date(startS * 1000),
    EndTime: new Date(endS * 1000),
    ScanBy: 'TimestampAscending',
    MetricDataQueries: Object.entries(queries).map(([Id, [selector, Stat]]): MetricDataQuery => ({
      Id,
      MetricStat: { Metric: metricOf(selector), Period: slo.scrapeS, Stat },
      ReturnData: true,
    })),
  });
  const of = (id: string): Periods => values.get(id) ?? new Map<number, number>();
  const [total, share] = [of('total'), of('part')];
  const part =
    queries['part'] === undefined ? null : objective.kind === 'latency' ? weighted(share, total) : share;
  const unweighed = [...total].filter(([startS, count]) => count > 0 && !share.has(startS)).length;
  const missing =
    objective.kind === 'latency' && unweighed > 0 ? [`part: no percentage for ${unweighed} periods`] : [];
  const partExists =
    share.size > 0 ||
    (objective.kind === 'error-rate' && (await exists(store, objective.bad, objective.total))) ||
    (objective.kind === 'business-ratio' && (await exists(store, objective.good, objective.total)));
  return { endS, total, part, partExists, alive: of('alive'), warnings: [...warnings, ...missing] };
}

function queriesOf(slo: Slo, objective: SloLevel): Record<string, readonly [selector: string, stat: string]> {
  const alive = [slo.up, 'SampleCount'] as const;
  switch (objective.kind) {
    case 'latency': {
      const boundary = objective.unit === 'ms' ? objective.underS * 1000 : objective.underS;
      return {
        alive,
        total: [objective.histogram, 'SampleCount'],
        part: [objective.histogram, `PR(:${Number(boundary.toFixed(9))})`],
      };
    }
    case 'error-rate':
      return { alive, total: [objective.total, 'Sum'], part: [objective.bad, 'Sum'] };
    case 'business-ratio':
      return { alive, total: [objective.total, 'Sum'], part: [objective.good, 'Sum'] };
    case 'saturation':
      if ('gauge' in objective.used) return { alive, total: [objective.used.gauge, 'Average'] };
      throw new Unavailable('CloudWatch has no rates of counters', 'use a gauge');
    case 'availability':
      throw new Unavailable('CloudWatch has no scrapes', 'use business-ratio with the metric of a canary');
  }
}

/** Percentages of a period, as counts of it. A percentage without its count is worth nothing. */
function weighted(percentages: Periods, counts: Periods): Periods {
  return new Map(
    [...percentages].flatMap(([startS, value]): [number, number][] => {
      const count = counts.get(startS);
      return count === undefined ? [] : [[startS, (value / 100) * count]];
    }),
  );
}

export async function dataOf(
  store: CloudWatchStore,
  input: GetMetricDataCommandInput,
): Promise<{ values: ReadonlyMap<string, Periods>; warnings: readonly string[] }> {
  const values = new Map<string, Map<number, number>>();
  const status = new Map<string, string>();
  const warnings = new Set<string>();
  let token: string | undefined;
  let pages = 0;
  do {
    const page = await asking(() =>
      store.data({ ...input, ...(token === undefined ? {} : { NextToken: token }) }),
    );
    for (const { Code, Value } of page.Messages ?? []) warnings.add(`${Code ?? 'message'}: ${Value ?? ''}`);
    for (const result of page.MetricDataResults ?? []) {
      const { Id = '', Timestamps = [], Values = [], StatusCode, Messages = [] } = result;
      // A page that is followed by another one says PartialData; only the last word about a metric counts.
      status.set(Id, StatusCode ?? 'no status');
      for (const { Code, Value } of Messages) warnings.add(`${Id}: ${Code ?? 'message'}: ${Value ?? ''}`);
      if (Timestamps.length !== Values.length) warnings.add(`${Id}: times and values do not belong together`);
      const known = values.get(Id) ?? new Map<number, number>();
      Timestamps.forEach((time, index) => known.set(Math.round(time.getTime() / 1000), Values[index] ?? NaN));
      values.set(Id, known);
    }
    token = page.NextToken;
    pages += 1;
  } while (token !== undefined && pages < MOST_PAGES);
  if (token !== undefined) warnings.add(`there are more than ${MOST_PAGES} pages of data`);
  for (const { Id = '' } of input.MetricDataQueries ?? []) {
    const said = status.get(Id);
    if (said !== 'Complete') warnings.add(`${Id}: ${said ?? 'no result'}`);
  }
  return { values, warnings: [...warnings] };
}

/**
 * Whether the metric was ever written with these dimensions: else a typing error would be no error. Values that `total`,
 * which has data, names as well are right; of those any will do, because a target without errors never wrote its own.
 */
async function exists(store: CloudWatchStore, selector: string, total: string): Promise<boolean> {
  const { Namespace, MetricName, Dimensions = [] } = metricOf(selector);
  const proved = new Map((metricOf(total).Dimensions ?? []).map(({ Name, Value }) => [Name, Value]));
  // Of another function than the total is of: that it was written proves nothing about this one.
  if (Dimensions.some(({ Name, Value }) => proved.has(Name) && proved.get(Name) !== Value)) return false;
  const answer = await asking(() =>
    store.list({
      Namespace,
      MetricName,
      Dimensions: Dimensions.map(({ Name, Value }) => ({
        Name,
        ...(proved.get(Name) === Value ? {} : { Value }),
      })),
    }),
  );
  return (answer.Metrics ?? []).length > 0;
}

export async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    const [name, message] = cause instanceof Error ? [cause.name, cause.message] : ['Error', String(cause)];
    throw new Unavailable(`CloudWatch gave no answer (${name}): ${message}`, HINT, { cause });
  }
}

export function metricOf(selector: string): Metric {
  const { name, matchers } = parseSelector(selector);
  const at = name.lastIndexOf('/');
  const unusable = matchers.find(({ operator }) => operator !== '=');
  if (at < 1 || unusable !== undefined) {
    throw new Unavailable(
      `${selector} names no metric of CloudWatch`,
      'write Namespace/Metric{Dimension="value"}, such as AWS/Lambda/Errors{FunctionName="shop"}',
    );
  }
  return {
    Namespace: name.slice(0, at),
    MetricName: name.slice(at + 1),
    Dimensions: matchers.map(({ label, value }) => ({ Name: label, Value: value })),
  };
}
