import { z } from 'zod';
import { MetricsUnavailable } from '../../contract/ports/metrics.ts';
import type { Slo, SloLevel } from '../../contract/slo.ts';
import type { PeriodCounts, Periods } from './period-readings.ts';
import { parseSelector } from './selector.ts';

/** How a workspace is reached; the token is a resolved secret. */
export interface AzureLogs {
  readonly url: string;
  readonly workspace: string;
  readonly token: string;
  /** Milliseconds. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** An error of Azure; one beside tables means that they are a part only. */
const Fault = z.object({ code: z.string().optional(), message: z.string().optional() });
const Answer = z.object({
  tables: z.array(
    z.object({ columns: z.array(z.object({ name: z.string() })), rows: z.array(z.array(z.unknown())) }),
  ),
  error: Fault.optional(),
});
const Refused = z.object({ error: Fault });
const HINT =
  'see slo.source.workspace, and that the token is still valid for https://api.loganalytics.azure.com and may read the workspace';

/**
 * Reads one objective from the tables of Application Insights. Sampled rows count as many times as they stand for
 * (`ItemCount`). @throws MetricsUnavailable
 */
export async function readAzureLogs(
  options: AzureLogs,
  slo: Slo,
  objective: SloLevel,
  endS: number,
): Promise<PeriodCounts> {
  const startS = endS - objective.windowS - objective.forS;
  const warnings = new Set<string>();
  const ask = async (selector: string, value: string): Promise<Periods> => {
    const { periods, warning } = await query(options, kql(selector, value, startS, endS, slo.scrapeS));
    if (warning !== undefined) warnings.add(warning);
    return periods;
  };
  const alive = await ask(slo.up, 'count()');
  const counts = async (total: string, part: string, fast?: string): Promise<PeriodCounts> => ({
    endS,
    alive,
    total: await ask(total, 'sum(ItemCount)'),
    part: await ask(part, fast ?? 'sum(ItemCount)'),
    // A table or a column that is not there would have been an error.
    partExists: true,
    warnings: [...warnings],
  });
  switch (objective.kind) {
    case 'latency': {
      const fast = `sumif(ItemCount, DurationMs <= ${objective.underS * 1000})`;
      return withWarnings(await counts(objective.histogram, objective.histogram, fast), warnings);
    }
    case 'error-rate':
      return withWarnings(await counts(objective.total, objective.bad), warnings);
    case 'business-ratio':
      return withWarnings(await counts(objective.total, objective.good), warnings);
    case 'saturation': {
      if (!('gauge' in objective.used))
        throw new MetricsUnavailable('there are no rates of counters', 'use a gauge');
      const { gauge } = objective.used;
      const value = gauge.startsWith('AppMetrics') ? 'sum(Sum) / sum(ItemCount)' : 'avg(Value)';
      const total = await ask(gauge, value);
      return { endS, alive, total, part: null, partExists: false, warnings: [...warnings] };
    }
    case 'availability':
      throw new MetricsUnavailable('there are no scrapes', 'use business-ratio with AppAvailabilityResults');
  }
}

function withWarnings(counts: PeriodCounts, warnings: ReadonlySet<string>): PeriodCounts {
  return { ...counts, warnings: [...warnings] };
}

function kql(selector: string, value: string, startS: number, endS: number, periodS: number): string {
  const { name, matchers } = parseSelector(selector);
  const time = (atS: number): string => `datetime(${new Date(atS * 1000).toISOString()})`;
  const conditions = matchers.map(({ label, operator, value: wanted }) => {
    const column = `tostring(${label})`;
    const text = JSON.stringify(wanted);
    const whole = JSON.stringify(`^(?:${wanted})$`);
    // What a boolean is called as text is nothing to rely on.
    const same = /^(true|false)$/i.test(wanted) ? '=~' : '==';
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
  });
  return [
    name,
    `where TimeGenerated >= ${time(startS)} and TimeGenerated < ${time(endS)}`,
    ...conditions.map((condition) => `where ${condition}`),
    `summarize value = todouble(${value}) by start = bin(TimeGenerated, ${periodS}s)`,
  ].join(' | ');
}

async function query(
  { url, workspace, token, timeoutMs = 30_000, signal }: AzureLogs,
  text: string,
): Promise<{ periods: Periods; warning?: string }> {
  const address = `${url.replace(/\/+$/, '')}/v1/workspaces/${workspace}/query`;
  const limit = AbortSignal.timeout(timeoutMs);
  let status: number;
  let body: unknown;
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: text }),
      redirect: 'manual',
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    status = response.status;
    body = JSON.parse(await response.text());
  } catch (cause) {
    throw new MetricsUnavailable(`no answer from ${address} that can be read: ${String(cause)}`, HINT, {
      cause,
    });
  }
  const answer = Answer.safeParse(body);
  if (status !== 200 || !answer.success) {
    const { code, message } = Refused.safeParse(body).data?.error ?? {};
    const why = [code, message].filter(Boolean).join(': ') || 'without a reason that can be read';
    throw new MetricsUnavailable(
      `Azure answered ${status}: ${why}`,
      status === 400 ? `look at the query: ${text}` : HINT,
    );
  }
  const { tables, error } = answer.data;
  const [table] = tables;
  const columns = table?.columns.map(({ name }) => name) ?? [];
  const [start, value] = [columns.indexOf('start'), columns.indexOf('value')];
  if (table === undefined || start < 0 || value < 0) {
    throw new MetricsUnavailable('the answer of Azure has no such columns', HINT);
  }
  const periods = new Map(
    table.rows.map((row): [number, number] => {
      const found = row[value];
      // A number that is none arrives as a text or as null.
      return [Date.parse(String(row[start])) / 1000, typeof found === 'number' ? found : NaN];
    }),
  );
  return {
    periods,
    ...(error === undefined ? {} : { warning: `${error.code ?? 'error'}: ${error.message ?? ''}` }),
  };
}
