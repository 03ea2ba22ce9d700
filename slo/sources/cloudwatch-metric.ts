import type { MetricSource } from '../../contract/slo/metric-source.ts';
import type { MetricQuestion, MetricReader } from '../metrics/metric-reading.ts';
import { periodReader } from '../metrics/period-reader.ts';
import { type CloudWatchStore, dataOf, metricOf, openCloudWatch } from './cloudwatch.ts';

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
  return periodReader(async (question, { startS, endS }) => {
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
  }, delayS);
}

function statisticOf({ measure, over, statistic }: MetricQuestion): string {
  if (statistic !== undefined) return statistic;
  if (measure === 'count') return 'Sum';
  return { avg: 'Average', last: 'Average', max: 'Maximum', min: 'Minimum' }[over];
}
