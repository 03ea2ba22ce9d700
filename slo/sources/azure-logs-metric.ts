import type { MetricSource } from '../../contract/slo/metric-source.ts';
import type { MetricQuestion, MetricReader } from '../metrics/metric-reading.ts';
import { periodReader } from '../metrics/period-reader.ts';
import { askAzureLogs, type AzureLogs, type AzureQuestion } from './azure-client.ts';
import { azureValues } from './azure-logs.ts';
import { azureToken } from './azure-token.ts';

/** Asks a Log Analytics workspace for single numbers. @throws GreenlightError SECRET_MISSING */
export function openAzureLogsMetric(
  source: Extract<MetricSource, { adapter: 'azure-logs' }>,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): MetricReader {
  const { url, workspace, delayS } = source;
  const stop = signal === undefined ? {} : { signal };
  return azureLogsMetric({ url, workspace, token: azureToken(source, env, signal), ...stop }, delayS);
}

function azureLogsMetric(logs: AzureLogs, delayS: number): MetricReader {
  return periodReader(async (question, { startS, endS }) => {
    const { periods, warning } = await askAzureLogs(logs, queryOf(question, startS, endS));
    const points = [...periods].map(([atS, value]) => ({ atS: atS + question.everyS, value }));
    return {
      series: points.length === 0 ? [] : [{ name: '', points }],
      warnings: warning === undefined ? [] : [warning],
    };
  }, delayS);
}

/** A table with columns as labels; or the whole question in KQL, which the span of time is sent beside. */
function queryOf(question: MetricQuestion, startS: number, endS: number): AzureQuestion {
  const { text, everyS } = question;
  if (text.includes('|')) return { query: text, startS, endS };
  return azureValues(text, aggregateOf(question), startS, endS, everyS);
}

/** `AppMetrics` are added up before they are sent; every other table has single rows, or a column of values. */
function aggregateOf({ measure, over, text }: MetricQuestion): string {
  if (measure === 'count') return 'sum(ItemCount)';
  const added = text.trim().startsWith('AppMetrics');
  if (over === 'max') return added ? 'max(Max)' : 'max(Value)';
  if (over === 'min') return added ? 'min(Min)' : 'min(Value)';
  return added ? 'sum(Sum) / sum(ItemCount)' : 'avg(Value)';
}
