import type { MetricSource } from '../../contract/slo/metric-source.ts';
import type { MetricQuestion, MetricReader, Witness } from '../metrics/metric-reading.ts';
import { periodReader } from '../metrics/period-reader.ts';
import { asking, type CloudWatchStore, dataOf, metricOf, openCloudWatch } from './cloudwatch.ts';

/** Asks CloudWatch for single numbers. Its client is opened at the first question. */
export function openCloudWatchMetric(
  source: Extract<MetricSource, { adapter: 'cloudwatch' }>,
  _env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): MetricReader {
  let store: ReturnType<typeof openCloudWatch> | undefined;
  return cloudWatchMetric(() => (store ??= openCloudWatch(source, signal)), source.delayS);
}

export function cloudWatchMetric(open: () => Promise<CloudWatchStore>, delayS: number): MetricReader {
  return periodReader(
    async (question, { startS, endS }) => {
      const { everyS, text } = question;
      const { values, warnings } = await dataOf(await open(), {
        StartTime: new Date(startS * 1000),
        EndTime: new Date(endS * 1000),
        ScanBy: 'TimestampAscending',
        MetricDataQueries: [
          {
            Id: 'value',
            MetricStat: { Metric: metricOf(text), Period: everyS, Stat: statisticOf(question) },
            ReturnData: true,
          },
        ],
      });
      const points = [...(values.get('value') ?? [])].map(([atS, value]) => ({ atS: atS + everyS, value }));
      return { series: points.length === 0 ? [] : [{ name: '', points }], warnings };
    },
    delayS,
    async (question) => knows(await open(), question),
  );
}

function statisticOf({ measure, over, statistic }: MetricQuestion): string {
  if (statistic !== undefined) return statistic;
  if (measure === 'count') return 'Sum';
  return { avg: 'Average', last: 'Average', max: 'Maximum', min: 'Minimum' }[over];
}

/**
 * CloudWatch lists what was written in the last two weeks. Of a table that was never throttled it lists no throttling, but
 * the metric by the name of any other one, and this table by any other metric.
 */
async function knows(store: CloudWatchStore, { text }: MetricQuestion): Promise<Witness> {
  const { Namespace, MetricName, Dimensions = [] } = metricOf(text);
  const listed = async (input: Parameters<CloudWatchStore['list']>[0]): Promise<boolean> => {
    const { Metrics = [] } = await asking(() => store.list({ Namespace, ...input }));
    return Metrics.length > 0;
  };
  const filters = Dimensions.map(({ Name, Value }) => ({ Name, Value }));
  const metric = await listed({ MetricName });
  const origin = filters.length === 0 ? metric : await listed({ Dimensions: filters });
  const known = metric && origin;
  return {
    known,
    by: known
      ? `CloudWatch lists ${MetricName ?? ''}, and other metrics with these dimensions`
      : `CloudWatch lists ${metric ? `${MetricName ?? ''}, but nothing with these dimensions` : `no ${MetricName ?? ''} of anybody`}`,
  };
}
