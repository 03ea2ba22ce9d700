import { type Call, type JsonReply, type JsonServer, startJsonServer } from './json-server.ts';

/** Rows of one table that are alike, as they come minute by minute. */
export interface Telemetry {
  readonly table: string;
  readonly columns: Readonly<Record<string, string>>;
  /** Rows in each minute that has some. */
  rows: number;
  /** Every so many minutes; default every minute. */
  readonly everyMinutes?: number;
  /** For requests. */
  durationMs?: number;
  /** For counters: `Value` of each row. */
  value?: number;
  /** Written from this minute on, in seconds since 1970; default: ever since. */
  readonly fromS?: number;
  /** Not written any more from this minute on; default: for ever. */
  readonly untilS?: number;
}

export interface ApplicationInsights extends JsonServer {
  /** Which workspace it is. */
  readonly workspace: string;
  readonly token: string;
  /** Asked at each question: phases and faults change it, and what is told changes for the past as well. */
  telemetry: () => readonly Telemetry[];
}

const MINUTE_S = 60;

/**
 * A stand-in of the query service of Application Insights (a Log Analytics workspace): it answers the KQL that the source
 * `azure-logs` asks, from telemetry that is made up minute by minute. Whatever else is asked is refused with 400.
 */
export async function startApplicationInsights(
  telemetry: () => readonly Telemetry[],
): Promise<ApplicationInsights> {
  const workspace = 'stand-in-workspace';
  const token = 'stand-in-token';
  const server = await startJsonServer((call): JsonReply => {
    if (call.headers['authorization'] !== `Bearer ${token}`)
      return { status: 401, json: { error: { code: 'AuthorizationRequiredError', message: 'wrong token' } } };
    if (call.url.pathname !== `/v1/workspaces/${workspace}/query`)
      return { status: 404, json: { error: { code: 'PathNotFoundError', message: call.url.pathname } } };
    return { json: { tables: [tableOf(answer(queryIn(call), running.telemetry()))] } };
  });
  const running: ApplicationInsights = { ...server, workspace, token, telemetry };
  return running;
}

function queryIn(call: Call): string {
  const { query } = JSON.parse(call.text) as { query: string };
  return query;
}

type Row = readonly [start: string, value: number];

function tableOf(rows: readonly Row[]): object {
  const columns = [
    { name: 'start', type: 'datetime' },
    { name: 'value', type: 'real' },
  ];
  return { name: 'PrimaryResult', columns, rows };
}

const TIME = /^where TimeGenerated >= datetime\(([^)]+)\) and TimeGenerated < datetime\(([^)]+)\)$/;
const SUMMARY = /^summarize value = todouble\((.+)\) by start = bin\(TimeGenerated, (\d+)s\)$/;

function answer(query: string, telemetry: readonly Telemetry[]): readonly Row[] {
  const [table = '', time = '', ...rest] = query.split(' | ');
  const times = TIME.exec(time);
  const summary = SUMMARY.exec(rest.at(-1) ?? '');
  if (times === null || summary === null) throw new Error(`not understood: ${query}`);
  const [startS, endS] = [times[1], times[2]].map((text) => Date.parse(text ?? '') / 1000);
  const stepS = Number(summary[2]);
  const conditions = rest.slice(0, -1).filter((part) => part !== 'take 1');
  const rows = telemetry.filter(
    (one) => one.table === table && conditions.every((condition) => holdsFor(condition, one.columns)),
  );
  const found: Row[] = [];
  for (let at = startS ?? 0; at < (endS ?? 0); at += stepS) {
    const value = summed(summary[1] ?? '', rows, at, stepS);
    if (value !== undefined) found.push([new Date(at * 1000).toISOString(), value]);
  }
  return rest.includes('take 1') ? found.slice(0, 1) : found;
}

/** Over the minutes of one period; undefined where there is no row. */
function summed(
  expression: string,
  rows: readonly Telemetry[],
  startS: number,
  stepS: number,
): number | undefined {
  const here = rows
    .map((row) => ({ row, count: row.rows * minutesOf(row, startS, stepS) }))
    .filter(({ count }) => count > 0);
  if (here.length === 0) return undefined;
  const total = (part: typeof here): number => part.reduce((all, { count }) => all + count, 0);
  const fast = /^sumif\(ItemCount, DurationMs <= ([\d.]+)\)$/.exec(expression);
  if (fast !== null) return total(here.filter(({ row }) => (row.durationMs ?? 0) <= Number(fast[1])));
  switch (expression) {
    case 'count()':
    case 'sum(ItemCount)':
      return total(here);
    case 'avg(Value)':
    case 'sum(Sum) / sum(ItemCount)':
      return here.reduce((all, { row, count }) => all + (row.value ?? 0) * count, 0) / total(here);
    case 'sum(Value)':
    case 'sum(Sum)':
      return here.reduce((all, { row, count }) => all + (row.value ?? 0) * count, 0);
    default:
      throw new Error(`not understood: ${expression}`);
  }
}

function minutesOf(
  { everyMinutes = 1, fromS = -Infinity, untilS = Infinity }: Telemetry,
  startS: number,
  stepS: number,
): number {
  let minutes = 0;
  for (let at = startS; at < startS + stepS; at += MINUTE_S)
    if (Math.floor(at / MINUTE_S) % everyMinutes === 0 && at + MINUTE_S > fromS && at < untilS) minutes += 1;
  return minutes;
}

/** `where tostring(Success) =~ "false"`, negated, or beside the question whether a column holds booleans. */
function holdsFor(condition: string, columns: Telemetry['columns']): boolean {
  const text = condition.replace(/^where /, '');
  const either = /^\(gettype\(\w+\) == "bool" or (.+)\)$/.exec(text);
  if (either !== null) return true;
  const not = /^not\((.+)\)$/.exec(text);
  if (not !== null) return !holdsFor(not[1] ?? '', columns);
  const [, column = '', operator = '', quoted = '""'] =
    /^tostring\((\w+)\) (==|=~|matches regex) (".*")$/.exec(text) ?? [];
  if (column === '') throw new Error(`not understood: ${condition}`);
  const wanted = JSON.parse(quoted) as string;
  const value = columns[column] ?? '';
  if (operator === 'matches regex') return new RegExp(wanted).test(value);
  return operator === '==' ? value === wanted : value.toLowerCase() === wanted.toLowerCase();
}
