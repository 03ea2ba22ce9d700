import type { Finding } from '../../contract/evidence/finding.ts';
import { atLeast, atMost, type Statement } from '../../contract/flow/statement.ts';
import { LIMIT_LEVELS, type LimitLevel, type MetricCheck } from '../../contract/slo/metric-check.ts';
import { TREND_VALUES } from '../../contract/slo/metric-problems.ts';
import type { MetricTraits } from '../../contract/slo/metric-source.ts';
import { LEAST_COVERAGE, MOST_AGE_SCRAPES } from '../limits.ts';
import { type LevelDraft, unknown } from '../level-draft.ts';
import type { Asked, MetricQuestion, MetricReading } from './metric-reading.ts';
import {
  type Candidate,
  isBeyond,
  mayBeBeyond,
  numbersOf,
  shownNumber,
  tooFewEvents,
} from './metric-value.ts';

/** How the source of a check knows what it knows. */
export interface MetricSetting {
  /** Its name in the plan. */
  readonly name: string;
  readonly knows: MetricTraits['knows'];
  readonly everyS: number;
}

/**
 * Judges one number. Pure. First whether anything may be said: a complete answer, series or a shown absence, finite
 * values, no gaps, nothing stale. Events that were seen to happen are beyond doubt: only more of them can have happened.
 */
export function metricFinding(check: MetricCheck, setting: MetricSetting, asked: readonly Asked[]): Finding {
  const { statements, ...draft } = said(check, setting, asked);
  const shown = statements?.find(({ ok }) => !ok) ?? statements?.[0];
  return {
    check: check.id,
    ...draft,
    sampleSize: asked.reduce(
      (all, { reading, witness }) => all + samplesOf(reading, witness?.known === true),
      0,
    ),
    ...(shown === undefined || statements === undefined
      ? {}
      : {
          measured: shown.measured,
          expected: shown.expected,
          ...(shown.unit === undefined ? {} : { unit: shown.unit }),
          detail: { kind: 'probe', statements: [...statements] },
        }),
  };
}

type MetricDraft = Omit<LevelDraft, 'statement'> & { readonly statements?: readonly Statement[] };

function said(check: MetricCheck, setting: MetricSetting, asked: readonly Asked[]): MetricDraft {
  const nothing = notKnown(check, setting, asked);
  if (nothing !== undefined) return nothing;
  const numbers = numbersOf(check, asked);
  if (typeof numbers === 'string')
    return unknown(
      'not-a-number',
      numbers,
      'look at the question: it divides by nothing, or names no numbers',
    );
  const { limits } = check;
  const beyond = LIMIT_LEVELS.filter((level) => numbers.some((one) => isBeyond(one, limits[level])));
  const fails = beyond.filter((level) => level !== 'warning');
  const sure =
    fails.length > 0 &&
    addsUp(check) &&
    numbers.some((one) => fails.some((level) => exceeds(one, limits[level]?.atMost)));
  const doubt = sure
    ? undefined
    : (doubtOf(check, setting, asked) ?? tooFewEvents(check, asked, fails.length > 0));
  if (doubt !== undefined) return doubt;
  if (fails.length > 0) return broken(check, setting, numbers, beyond);
  const open = LIMIT_LEVELS.filter(
    (level) => level !== 'warning' && numbers.some((one) => mayBeBeyond(one, limits[level])),
  );
  if (open.length > 0)
    return unknown(
      'gaps',
      `${describe(check, worstOf(check, numbers, open))}: part of it may have happened before the window, since its series were not watched then`,
      'wait until the source has watched the target for the whole window',
    );
  const worst = worstOf(check, numbers, LIMIT_LEVELS);
  const warned = numbers.filter((one) => mayBeBeyond(one, limits.warning));
  const zero = asked.find(
    ({ reading, witness }) => reading.series.length === 0 && witness !== undefined,
  )?.witness;
  return {
    outcome: 'pass',
    ...(warned.length > 0 ? { cause: 'warning-level' } : {}),
    summary:
      describe(check, warned[0] ?? worst) +
      (warned.length > 0 ? `: beyond the warning level (${limitText(check, 'warning')})` : '') +
      (zero === undefined ? '' : `; there is no series, and ${zero.by}`),
    statements: statementsOf(check, worst),
  };
}

/** Why there is no number at all; undefined where there is one. */
function notKnown(
  check: MetricCheck,
  { name }: MetricSetting,
  asked: readonly Asked[],
): LevelDraft | undefined {
  const warned = asked.find(({ reading }) => reading.warnings.length > 0);
  if (warned !== undefined)
    return unknown(
      'metrics-incomplete',
      `The answer of ${name} may be a part only: ${warned.reading.warnings.slice(0, 3).join('; ')}`,
      'look at the source of metrics: a part of it does not answer',
    );
  const absent = asked.find(({ reading, witness }) => reading.series.length === 0 && witness?.known !== true);
  if (absent === undefined) return undefined;
  const { text, witness } = absent;
  if (witness !== undefined)
    return unknown(
      'no-such-series',
      `${name} has no series of ${text}, and nothing shows that it would have one: ${witness.by}`,
      check.present === undefined ? `correct the question; or ${NAME_PRESENT}` : CORRECT_PRESENT,
    );
  return unknown(
    'no-series',
    `${name} has no value of ${text}`,
    absent.key === 'total'
      ? 'correct the question: without a whole there is no part'
      : "correct the question; where an absent metric means that nothing happened, say absent: 'zero'",
  );
}

const NAME_PRESENT = 'name with present something that always has a value while the target is watched';
const CORRECT_PRESENT = 'see that the target is watched, or correct the questions of and present';

/**
 * Whether events were counted by periods, some of which have no value, and the plan says that this means zero there: it
 * does only while the target is watched.
 */
export function isSparse(
  { absent }: Pick<MetricCheck, 'absent'>,
  knows: MetricTraits['knows'],
  { measure, everyS }: Pick<MetricQuestion, 'measure' | 'everyS'>,
  { series }: MetricReading,
): boolean {
  return (
    measure === 'count' &&
    knows === 'periods' &&
    absent === 'zero' &&
    series.some(
      ({ ageS = Infinity, coverage }) => coverage < LEAST_COVERAGE || ageS > MOST_AGE_SCRAPES * everyS,
    )
  );
}

/** Events only become more: those that were seen are enough, whatever was not seen. */
function addsUp({ kind }: MetricCheck): boolean {
  return kind === 'count' || kind === 'increase' || kind === 'rate';
}

function exceeds(one: Candidate, most: number | undefined): boolean {
  return most !== undefined && isBeyond(one, { atMost: most });
}

/** Why nothing may be said although there are numbers: a part of the window was not seen, or nothing is about now. */
function doubtOf(
  check: MetricCheck,
  setting: MetricSetting,
  asked: readonly Asked[],
): LevelDraft | undefined {
  const { knows, everyS, name } = setting;
  for (const { measure, reading, text, witness } of asked) {
    if (reading.series.length === 0) continue;
    // A database gives the rows that it has.
    if (measure === 'count' && knows === 'rows') continue;
    const now = reading.series.filter(({ ageS }) => ageS !== undefined);
    const ageS = Math.min(...now.map((one) => one.ageS ?? Infinity));
    const sparse = isSparse(check, knows, { measure, everyS }, reading);
    if (sparse && witness?.known === true) continue;
    if (sparse && (witness !== undefined || ageS > MOST_AGE_SCRAPES * everyS))
      return unknown(
        'stale',
        `${text} has values for a part of the window in ${name}, and nothing shows that the target was watched for the rest${witness === undefined ? '' : `: ${witness.by}`}`,
        witness === undefined ? NAME_PRESENT : CORRECT_PRESENT,
      );
    // It has a value now, and that an empty period means zero is what the plan says.
    if (sparse) continue;
    if (ageS > MOST_AGE_SCRAPES * everyS)
      return unknown(
        'stale',
        Number.isFinite(ageS)
          ? `The newest value of ${text} in ${name} is ${Math.round(ageS)} s old`
          : `${text} has values in the window and none now`,
        'see that the target is still watched; where values come less often, say so with everyS',
      );
    const least = now.reduce((a, b) => (a.coverage < b.coverage ? a : b));
    if (least.coverage < LEAST_COVERAGE)
      return unknown(
        'gaps',
        `${name} has seen ${Math.round(least.coverage * 100)} % of the ${Math.round(reading.windowS)} s asked about${named(least.name)}`,
        'wait until the window is full, take a shorter one, or say with everyS how often there is a value',
      );
    // A window since the cut-over is as short as it is: through two values any line is straight.
    const fewest = Math.min(...now.map(({ samples }) => samples));
    if (measure === 'trend' && fewest < LEAST_COVERAGE * TREND_VALUES)
      return unknown(
        'gaps',
        `${name} has ${fewest} values of ${text} in ${Math.round(reading.windowS)} s; a trend needs ${TREND_VALUES}`,
        'ask again later, or take a window that holds more values',
      );
  }
  return undefined;
}

function broken(
  check: MetricCheck,
  { name }: MetricSetting,
  numbers: readonly Candidate[],
  beyond: readonly LimitLevel[],
): MetricDraft {
  const rollback = beyond.includes('rollback');
  const worst = worstOf(check, numbers, [...beyond].reverse());
  const others =
    numbers.filter((one) => beyond.some((level) => level !== 'warning' && isBeyond(one, check.limits[level])))
      .length - 1;
  const levels = beyond.map((level) => `${level} (${limitText(check, level)})`).join(', ');
  return {
    outcome: 'fail',
    cause: rollback ? 'rollback-level' : 'critical-level',
    summary: `${describe(check, worst)}: beyond the level${beyond.length === 1 ? '' : 's'} ${levels}${others > 0 ? `; and so are ${others} more series` : ''}`,
    remedy: rollback
      ? `the plan rolls back for this; what it asked of ${name}: ${questionText(check)}`
      : `look at what it asked of ${name}: ${questionText(check)}`,
    statements: statementsOf(check, worst),
  };
}

/** The number that goes furthest beyond the first of these levels that any of them breaks; else the first one. */
function worstOf(
  check: MetricCheck,
  numbers: readonly Candidate[],
  levels: readonly LimitLevel[],
): Candidate {
  const excess = ({ least, most }: Candidate, level: LimitLevel): number => {
    const { atMost: high = Infinity, atLeast: low = -Infinity } = check.limits[level] ?? {};
    return Math.max(most - high, low - least);
  };
  const level = levels.find((one) => check.limits[one] !== undefined) ?? 'critical';
  return numbers.reduce((a, b) => (excess(b, level) > excess(a, level) ? b : a));
}

function statementsOf(check: MetricCheck, one: Candidate): readonly Statement[] {
  const { unit, limits } = check;
  const statements = (['critical', 'rollback'] as const).flatMap((level) => {
    const { atMost: most, atLeast: least } = limits[level] ?? {};
    const name = `${check.title}, ${level} level`;
    return [
      ...(most === undefined
        ? []
        : [{ ...atMost(name, shownNumber(one.most), most, unit), ok: !isBeyond(one, { atMost: most }) }]),
      ...(least === undefined
        ? []
        : [
            { ...atLeast(name, shownNumber(one.least), least, unit), ok: !isBeyond(one, { atLeast: least }) },
          ]),
    ];
  });
  if (statements.length > 0) return statements;
  // With a warning alone nothing can be wrong; that it was looked at is all that is stated.
  const expected = `a number; a warning unless ${limitText(check, 'warning')}`;
  return [
    { name: check.title, ok: true, measured: shownNumber(one.most), expected, ...(unit ? { unit } : {}) },
  ];
}

function describe(check: MetricCheck, { name, least, most }: Candidate): string {
  const value =
    least === most ? String(shownNumber(most)) : `between ${shownNumber(least)} and ${shownNumber(most)}`;
  const per = 'per' in check ? ` a ${check.per}` : '';
  return `${check.title}: ${value}${check.unit === undefined ? '' : ` ${check.unit}`}${per}${named(name)}`;
}

function named(series: string): string {
  return series === '' ? '' : ` (${series})`;
}

function limitText({ limits }: MetricCheck, level: LimitLevel): string {
  const { atMost: most, atLeast: least } = limits[level] ?? {};
  return [
    ...(least === undefined ? [] : [`>= ${least}`]),
    ...(most === undefined ? [] : [`<= ${most}`]),
  ].join(' and ');
}

function questionText(check: MetricCheck): string {
  return check.kind === 'ratio' ? `${check.part} of ${check.total}` : check.of;
}

function samplesOf({ series }: MetricReading, witnessed: boolean): number {
  if (series.length === 0) return witnessed ? 1 : 0;
  return series.reduce((all, { samples }) => all + samples, 0);
}
