import { PER_S } from '../../contract/slo/metric-check.ts';
import type { MetricQuestion, SeriesReading } from './metric-reading.ts';

/** A value of a series, at the end of its period where it has one. Unix seconds. */
export interface Point {
  readonly atS: number;
  readonly value: number;
}

/**
 * Makes the number that is asked for out of the values of one series. Pure.
 * @param points in any order; those outside of the window are left out, but for the one that growth begins with
 * @param window Unix seconds; `stepS` where the source gives values less often than it was asked for; `askedBefore` where it
 *   was asked for what was before the window, too: a series without a value there came in the window
 */
export function reducePoints(
  name: string,
  points: readonly Point[],
  { measure, over, everyS }: Pick<MetricQuestion, 'measure' | 'over' | 'everyS'>,
  window: {
    readonly startS: number;
    readonly endS: number;
    readonly stepS?: number;
    readonly askedBefore?: boolean;
  },
): SeriesReading | undefined {
  // Periods that the source chose need not begin with the window: one that began earlier is of before, too.
  const began = ({ atS }: Point): boolean =>
    window.stepS === undefined ? atS > window.startS : atS - window.stepS >= window.startS;
  const seen = points.filter((one) => began(one) && one.atS <= window.endS).sort((a, b) => a.atS - b.atS);
  const newest = seen.at(-1);
  if (newest === undefined) return undefined;
  // Else what happened until the first value of the window would be seen by nobody.
  const before = measure === 'increase' ? newestOf(points.filter((one) => !began(one))) : undefined;
  const value = VALUES[measure](before === undefined ? seen : [before, ...seen], over);
  const came = measure === 'increase' && before === undefined && window.askedBefore === true;
  return {
    name,
    least: value,
    // Whether its first value is of before, nobody can say.
    most: came ? value + (seen[0]?.value ?? 0) : value,
    samples: seen.length,
    coverage: coverageOf(seen, Math.max(everyS, window.stepS ?? 0), window),
    // The last period may have ended as long before as a period takes, and is the newest there can be all the same.
    ageS: Math.max(0, window.endS - newest.atS - Math.max(0, (window.stepS ?? 0) - everyS)),
  };
}

function newestOf(points: readonly Point[]): Point | undefined {
  return points.reduce<Point | undefined>((a, b) => (a === undefined || b.atS > a.atS ? b : a), undefined);
}

/** By stretches of the window that have a value, since a source may give several for one. */
function coverageOf(
  points: readonly Point[],
  stepS: number,
  { startS, endS }: { readonly startS: number; readonly endS: number },
): number {
  const stretches = new Set(points.map(({ atS }) => Math.ceil((atS - startS) / stepS)));
  return Math.min(1, (stretches.size * stepS) / (endS - startS));
}

const VALUES: Readonly<
  Record<MetricQuestion['measure'], (points: readonly Point[], over: MetricQuestion['over']) => number>
> = {
  gauge: (points, over) => GAUGES[over](points.map(({ value }) => value)),
  count: (points) => points.reduce((all, { value }) => all + value, 0),
  increase: (points) => growth(points),
  trend: (points) => slope(points) * PER_S.hour,
};

const GAUGES: Readonly<Record<MetricQuestion['over'], (values: readonly number[]) => number>> = {
  avg: (values) => values.reduce((all, one) => all + one, 0) / values.length,
  max: (values) => values.reduce((one, other) => Math.max(one, other)),
  min: (values) => values.reduce((one, other) => Math.min(one, other)),
  last: (values) => values.at(-1) ?? NaN,
};

/** By how much a counter grew. Where it is less than before it began anew at 0, and what it has counted since is new. */
function growth(points: readonly Point[]): number {
  return points.reduce((all, { value }, index) => {
    const before = points[index - 1]?.value;
    if (before === undefined) return all;
    return all + (value >= before ? value - before : value);
  }, 0);
}

/** By least squares, for each second; NaN of a single moment. */
function slope(points: readonly Point[]): number {
  const middle = points.reduce((all, { atS }) => all + atS, 0) / points.length;
  const mean = points.reduce((all, { value }) => all + value, 0) / points.length;
  const [above, below] = points.reduce(
    ([a, b], { atS, value }) => [a + (atS - middle) * (value - mean), b + (atS - middle) ** 2],
    [0, 0],
  );
  return below === 0 ? NaN : above / below;
}
