import { type Limit, type MetricCheck, PER_S } from '../../contract/slo/metric-check.ts';
import { ROUNDING } from '../limits.ts';
import { type LevelDraft, unknown } from '../level-draft.ts';
import type { Asked } from './metric-reading.ts';

/** A number that is held against the limits: of one series, or of all together. It lies between two, mostly equal ones. */
export interface Candidate {
  readonly name: string;
  readonly least: number;
  readonly most: number;
}

/** The numbers of a check; in words why there is none. Pure. */
export function numbersOf(check: MetricCheck, asked: readonly Asked[]): readonly Candidate[] | string {
  const numbers = check.kind === 'ratio' ? ratio(check, asked) : single(check, asked);
  if (typeof numbers === 'string') return numbers;
  const wrong = numbers.find(({ least, most }) => !Number.isFinite(least) || !Number.isFinite(most));
  return wrong === undefined
    ? numbers
    : `It is ${wrong.most}, and no number${wrong.name === '' ? '' : ` (${wrong.name})`}`;
}

function single(
  check: Exclude<MetricCheck, { kind: 'ratio' }>,
  asked: readonly Asked[],
): readonly Candidate[] {
  const { reading } = asked[0] ?? {};
  if (reading === undefined) return [];
  const factor =
    check.kind === 'rate'
      ? PER_S[check.per] / reading.windowS
      : check.kind === 'trend'
        ? PER_S[check.per] / PER_S.hour
        : 1;
  const all = candidates(asked[0]).map(({ name, least, most }) => ({
    name,
    least: least * factor,
    most: most * factor,
  }));
  if (check.across === 'each' || all.length <= 1) return all;
  const together = TOGETHER[check.across];
  return [
    { name: '', least: together(all.map(({ least }) => least)), most: together(all.map(({ most }) => most)) },
  ];
}

const TOGETHER: Readonly<Record<'sum' | 'avg' | 'max' | 'min', (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((all, one) => all + one, 0),
  avg: (values) => values.reduce((all, one) => all + one, 0) / values.length,
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
};

/** The series that count: of values that go up and down those that are there now, where there are any. */
function candidates(asked: Asked | undefined): readonly Candidate[] {
  if (asked === undefined) return [];
  const { series } = asked.reading;
  if (series.length === 0) return [{ name: '', least: 0, most: 0 }];
  const now = series.filter(({ ageS }) => ageS !== undefined);
  return asked.measure === 'gauge' || asked.measure === 'trend' ? (now.length > 0 ? now : series) : series;
}

function ratio(
  check: Extract<MetricCheck, { kind: 'ratio' }>,
  asked: readonly Asked[],
): readonly Candidate[] | string {
  const { part, total } = sums(check, asked);
  if (total.most === 0) return `The whole is 0, so there is no part of it`;
  return [{ name: '', least: part.least / total.most, most: part.most / total.least }];
}

function sums(
  check: Extract<MetricCheck, { kind: 'ratio' }>,
  asked: readonly Asked[],
): Record<'part' | 'total', Candidate> {
  const sum = (key: Asked['key']): Candidate => {
    const all = candidates(asked.find((one) => one.key === key));
    const least = TOGETHER.sum(all.map((one) => one.least));
    return { name: '', least, most: TOGETHER.sum(all.map((one) => one.most)) };
  };
  const total =
    typeof check.total === 'number' ? { name: '', least: check.total, most: check.total } : sum('total');
  return { part: sum('part'), total };
}

/**
 * Whether a ratio is of too few events to say anything. With fewer than the plan wants it is judged all the same where
 * the missing ones, were they all good, could not change the answer: one error of three where none is allowed.
 */
export function tooFewEvents(
  check: MetricCheck,
  asked: readonly Asked[],
  broken: boolean,
): LevelDraft | undefined {
  if (check.kind !== 'ratio' || check.of !== 'count') return undefined;
  const { part, total } = sums(check, asked);
  const missing = check.minimumTotal - total.least;
  if (missing <= 0) return undefined;
  const { critical, rollback } = check.limits;
  const filled = [
    { name: '', least: part.least / check.minimumTotal, most: part.most / check.minimumTotal },
    {
      name: '',
      least: (part.least + missing) / check.minimumTotal,
      most: (part.most + missing) / check.minimumTotal,
    },
  ];
  // Too much of a part stays too much when the others are none of it; too little, when all of them are.
  const [none, all] = filled;
  const stays = [critical, rollback].some(
    (limit) =>
      limit !== undefined &&
      ((limit.atMost !== undefined && none !== undefined && isBeyond(none, { atMost: limit.atMost })) ||
        (limit.atLeast !== undefined && all !== undefined && isBeyond(all, { atLeast: limit.atLeast }))),
  );
  if (broken && stays) return undefined;
  return unknown(
    'too-few-events',
    `Only ${shownNumber(total.least)} events; ${check.minimumTotal} are needed to say anything`,
    'wait for traffic, lengthen windowS, or set a lower minimumTotal',
  );
}

/** Whether a number certainly breaks a limit. */
export function isBeyond({ least, most }: Candidate, limit: Limit | undefined): boolean {
  const { atMost = Infinity, atLeast = -Infinity } = limit ?? {};
  return least > atMost + slack(atMost) || most < atLeast - slack(atLeast);
}

/** Whether a number may break a limit. */
export function mayBeBeyond({ least, most }: Candidate, limit: Limit | undefined): boolean {
  const { atMost = Infinity, atLeast = -Infinity } = limit ?? {};
  return most > atMost + slack(atMost) || least < atLeast - slack(atLeast);
}

/** Exactly at the limit is healthy, also where the number came out of a division. */
function slack(limit: number): number {
  return Number.isFinite(limit) ? ROUNDING * Math.max(1, Math.abs(limit)) : 0;
}

/** Six digits that matter: more would say that it is known so well. Whole numbers stay whole. */
export function shownNumber(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(6));
}
