import { Unavailable } from '../../contract/cannot-tell.ts';
import type { MetricsSource } from '../../contract/slo/metrics-source.ts';
import type { Slo, SloLevel } from '../../contract/slo/slo.ts';
import { askAzureLogs, type AzureLogs, type AzureQuestion } from './azure-client.ts';
import { azureToken } from './azure-token.ts';
import { lastPeriodEndS, type PeriodCounts, periodReadings, type Periods } from '../period-readings.ts';
import type { SloReader } from '../read-slo.ts';
import { type Matcher, parseSelector } from '../selector.ts';

/** How far back a value must have been written once: as far as CloudWatch knows its metrics. */
const KNOWN_FOR_S = 14 * 24 * 3600;

/** Asks a Log Analytics workspace. @throws GreenlightError SECRET_MISSING */
export function openAzureLogs(
  source: Extract<MetricsSource, { adapter: 'azure-logs' }>,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): SloReader {
  const { url, workspace, delayS } = source;
  const stop = signal === undefined ? {} : { signal };
  const logs = { url, workspace, token: azureToken(source, env, signal), ...stop };
  return async (slo, objective) => {
    const counts = await readAzureLogs(logs, slo, objective, lastPeriodEndS(slo, delayS));
    return periodReadings(slo, objective, counts);
  };
}

/**
 * Reads one objective from the tables of Application Insights. Sampled rows count as many times as they stand for
 * (`ItemCount`). @throws Unavailable
 */
export async function readAzureLogs(
  options: AzureLogs,
  slo: Slo,
  objective: SloLevel,
  endS: number,
): Promise<PeriodCounts> {
  const startS = endS - objective.windowS - objective.forS;
  const warnings = new Set<string>();
  const answer = async (question: AzureQuestion): Promise<Periods> => {
    const { periods, warning } = await askAzureLogs(options, question);
    if (warning !== undefined) warnings.add(warning);
    return periods;
  };
  const ask = (selector: string, value: string): Promise<Periods> =>
    answer(azureValues(selector, value, startS, endS, slo.scrapeS));
  const alive = await ask(slo.up, 'count()');
  const counts = async (total: string, part: string, fast?: string): Promise<PeriodCounts> => {
    const all = await ask(total, 'sum(ItemCount)');
    const some = await ask(part, fast ?? 'sum(ItemCount)');
    // A table or a column that is not there would have been an error; a value that is not there is one row less.
    const doubtful = some.size === 0 ? known(part, total, endS) : undefined;
    const partExists = doubtful === undefined || (await answer(doubtful)).size > 0;
    return { endS, alive, total: all, part: some, partExists, warnings: [...warnings] };
  };
  switch (objective.kind) {
    case 'latency': {
      const fast = `sumif(ItemCount, DurationMs <= ${objective.underS * 1000})`;
      return counts(objective.histogram, objective.histogram, fast);
    }
    case 'error-rate':
      return counts(objective.total, objective.bad);
    case 'business-ratio':
      return counts(objective.total, objective.good);
    case 'saturation': {
      if (!('gauge' in objective.used))
        throw new Unavailable('there are no rates of counters', 'use a gauge');
      const { gauge } = objective.used;
      const value = gauge.startsWith('AppMetrics') ? 'sum(Sum) / sum(ItemCount)' : 'avg(Value)';
      const total = await ask(gauge, value);
      return { endS, alive, total, part: null, partExists: false, warnings: [...warnings] };
    }
    case 'availability':
      throw new Unavailable('there are no scrapes', 'use business-ratio with AppAvailabilityResults');
  }
}

export function azureValues(
  selector: string,
  value: string,
  startS: number,
  endS: number,
  periodS: number,
): AzureQuestion {
  const { name, matchers } = parseSelector(selector);
  const conditions = matchers.map(conditionOf);
  const summary = `summarize value = todouble(${value}) by start = bin(TimeGenerated, ${periodS}s)`;
  return { query: rows(name, conditions, startS, endS, summary), startS, endS };
}

/**
 * Whether a row with the values of `part` was ever written, by anybody: else a typing error would be no error. Values that
 * `total` names as well are right, and what a boolean column may hold needs no row. Nothing to ask: undefined.
 */
function known(part: string, total: string, endS: number): AzureQuestion | undefined {
  const { name, matchers } = parseSelector(part);
  const whole = parseSelector(total);
  const same = (one: Matcher, other: Matcher): boolean =>
    one.label === other.label && one.operator === other.operator && one.value === other.value;
  const own = matchers.filter((matcher) => !whole.matchers.some((other) => same(matcher, other)));
  if (own.length === 0) return undefined;
  // Of another service than the total is of: both together find nothing, so nothing is proved.
  const contrary = whole.matchers.filter(
    (other) =>
      other.operator === '=' && name === whole.name && own.some(({ label }) => label === other.label),
  );
  const conditions = [...own, ...contrary].map((matcher) =>
    isBoolean(matcher.value)
      ? `(gettype(${matcher.label}) == "bool" or ${conditionOf(matcher)})`
      : conditionOf(matcher),
  );
  const startS = endS - KNOWN_FOR_S;
  const one = 'take 1 | summarize value = todouble(count()) by start = bin(TimeGenerated, 60s)';
  return { query: rows(name, conditions, startS, endS, one), startS, endS };
}

function rows(
  table: string,
  conditions: readonly string[],
  startS: number,
  endS: number,
  then: string,
): string {
  const time = (atS: number): string => `datetime(${new Date(atS * 1000).toISOString()})`;
  return [
    table,
    `where TimeGenerated >= ${time(startS)} and TimeGenerated < ${time(endS)}`,
    ...conditions.map((condition) => `where ${condition}`),
    then,
  ].join(' | ');
}

const isBoolean = (text: string): boolean => /^(true|false)$/i.test(text);

function conditionOf({ label, operator, value }: Matcher): string {
  const column = `tostring(${label})`;
  const text = JSON.stringify(value);
  const whole = JSON.stringify(`^(?:${value})$`);
  // What a boolean is called as text is nothing to rely on.
  const same = isBoolean(value) ? '=~' : '==';
  switch (operator) {
    case '=':
      return `${column} ${same} ${text}`;
    case '!=':
      return `not(${column} ${same} ${text})`;
    case '=~':
      return `${column} matches regex ${whole}`;
    case '!~':
      return `not(${column} matches regex ${whole})`;
  }
}
