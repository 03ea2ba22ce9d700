import type { Limit, MetricCheck } from '../../contract/slo/metric-check.ts';
import type { SloObjective } from '../../contract/slo/slo.ts';
import { percent } from '../../contract/statistics/percent.ts';

/** When a service level calls for a roll-back: `above 5 %, for 5 min`. */
export function limitOf(objective: SloObjective): string {
  const lasting =
    'forS' in objective && objective.forS > 0 ? `, for ${seconds(objective.forS)}` : ', at once';
  switch (objective.kind) {
    case 'latency':
      return `fewer than ${percent(objective.atLeast.critical)} of the requests within ${seconds(objective.underS)}${lasting}`;
    case 'error-rate':
    case 'saturation':
      return `above ${percent(objective.atMost.critical)}${lasting}`;
    case 'availability':
    case 'business-ratio':
      return `below ${percent(objective.atLeast.critical)}${lasting}`;
    case 'error-budget':
      return `more than ${percent(objective.atMost.critical)} of the error budget spent`;
    case 'burn-rate':
      return objective.pairs
        .map(
          ({ factor, longS, shortS }) =>
            `the budget spent ${factor} times too fast, over ${seconds(longS)} and over ${seconds(shortS)}`,
        )
        .join('; or ');
  }
}

/**
 * When a number calls for a roll-back: the check fails beyond either level, and NO_GO means the way back.
 * @returns undefined where only a warning is given
 */
export function limitOfMetric({ limits, unit }: Pick<MetricCheck, 'limits' | 'unit'>): string | undefined {
  const said = [limits.critical, limits.rollback].map((limit) => limitWords(limit, unit));
  const [critical, rollback] = said;
  if (critical === undefined || rollback === undefined || critical === rollback) return critical ?? rollback;
  return `${critical} (critical); ${rollback} (roll-back level)`;
}

function limitWords(limit: Limit | undefined, unit: string | undefined): string | undefined {
  if (limit === undefined) return undefined;
  const of = unit === undefined ? '' : ` ${unit}`;
  const { atMost, atLeast } = limit;
  return [
    ...(atMost === undefined ? [] : [`above ${atMost}${of}`]),
    ...(atLeast === undefined ? [] : [`below ${atLeast}${of}`]),
  ].join(' or ');
}

/** `5 min`, `90 s`, `0.5 s`, `6 h`. */
function seconds(value: number): string {
  if (value >= 3600 && value % 3600 === 0) return `${value / 3600} h`;
  return value >= 60 && value % 60 === 0 ? `${value / 60} min` : `${value} s`;
}
