import { Unavailable } from '../../contract/cannot-tell.ts';
import { databaseAddress } from '../../contract/plan/sql-database.ts';
import { withSince } from '../../contract/plan/probes/since.ts';
import type { Target } from '../../contract/plan/target.ts';
import { sqlMoment, sqlNumber, type SqlPort, type SqlRows } from '../../contract/ports/sql-rows.ts';
import type { MetricSource } from '../../contract/slo/metric-source.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { openSql } from '../../safety/sql/open-sql.ts';
import type {
  MetricQuestion,
  MetricReader,
  MetricReading,
  SeriesReading,
} from '../metrics/metric-reading.ts';
import { windowByOwnClock } from '../metrics/own-window.ts';
import { type Point, reducePoints } from '../metrics/reduce-points.ts';

/** A metric of a whole day, minute by minute, and some more. */
const MOST_ROWS = 10_000;
const LONGEST_MS = 15_000;

/** Asks a database with statements that only read, each on a connection of its own. @throws GreenlightError SECRET_MISSING */
export function openSqlMetric(
  { database }: Extract<MetricSource, { adapter: 'sql' }>,
  target: Pick<Target, 'databases' | 'records' | 'old'>,
  env: NodeJS.ProcessEnv,
): MetricReader {
  const address = databaseAddress(target, database);
  if (address === undefined) throw new Error(`target has no database ${database}`);
  const url = resolveSecret(address, env);
  return {
    read: async (question) => {
      const { startS, endS } = windowByOwnClock(question);
      const text = withSince(question.text, Math.round(startS * 1000), Math.round(endS * 1000));
      return readingOf(question, await ask(url, text), { startS, endS });
    },
    knows: () => Promise.resolve({ known: true, by: 'the statement was answered' }),
  };
}

async function ask(url: string, text: string): Promise<SqlRows> {
  let port: SqlPort | undefined;
  try {
    port = openSql(url, { statementTimeoutMs: LONGEST_MS, mostRows: MOST_ROWS });
    return await port.read({ text });
  } finally {
    await port?.close();
  }
}

/**
 * One column is one number. Of two, the second one is the number, and the first one its time, or else the name of what it
 * is about. No row, and a NULL alone, are no number; a NULL beside the numbers of other names is one that is not known.
 * @throws Unavailable for anything else
 */
function readingOf(
  question: MetricQuestion,
  { columns, rows, more }: SqlRows,
  span: { readonly startS: number; readonly endS: number },
): MetricReading {
  const hint = 'let it give one number, or rows of a time and a number, or rows of a name and a number';
  const [first = '', second] = columns;
  const whole = (series: readonly SeriesReading[]): MetricReading => ({
    series,
    windowS: span.endS - span.startS,
    warnings: more ? [`the statement gives more than ${MOST_ROWS} rows`] : [],
  });
  if (columns.length > 2 || (second === undefined && rows.length > 1))
    throw new Unavailable(`the statement gave ${rows.length} rows of ${columns.length} columns`, hint);
  const numbers = rows.flatMap((row) => {
    const text = row[second ?? first];
    if (text === null) return [];
    const value = sqlNumber(text);
    if (value === undefined) throw new Unavailable(`the column ${second ?? first} holds no numbers`, hint);
    return [{ about: second === undefined ? '' : (row[first] ?? ''), value }];
  });
  const points = second === undefined ? [] : numbers.flatMap(pointOf);
  if (points.length > 0 && points.length === numbers.length) return whole(ofPoints(question, points, span));
  // Dropped, it would be something that nobody looked at, and that passes with the others.
  const unknown = rows.flatMap((row) =>
    numbers.length > 0 && second !== undefined && row[second] === null
      ? [{ about: row[first] ?? '', value: NaN }]
      : [],
  );
  if (numbers.length > 0 && (question.measure === 'trend' || question.measure === 'increase'))
    throw new Unavailable(
      `of a single number there is no ${question.measure}`,
      'let it give rows of a time and a number',
    );
  return whole(
    [...numbers, ...unknown].map(({ about, value }) => ({
      name: about,
      least: value,
      most: value,
      samples: 1,
      coverage: 1,
      ageS: 0,
    })),
  );
}

function pointOf({ about, value }: { readonly about: string; readonly value: number }): Point[] {
  const moment = sqlMoment(about);
  return moment === undefined ? [] : [{ atS: moment / 1000, value }];
}

function ofPoints(
  question: MetricQuestion,
  points: readonly Point[],
  span: { readonly startS: number; readonly endS: number },
): readonly SeriesReading[] {
  const reading = reducePoints('', points, question, span);
  if (reading !== undefined) return [reading];
  throw new Unavailable(
    'none of the times that it gave lies in the window',
    'let the statement ask since {since}; times without a zone are taken as UTC',
  );
}
