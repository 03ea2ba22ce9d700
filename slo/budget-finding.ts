import type { Finding } from '../contract/evidence/finding.ts';
import { windowLevel } from '../contract/slo/slo-events.ts';
import type { Slo, SloLevel, SloObjective } from '../contract/slo/slo.ts';
import { atMost, type Statement } from '../contract/flow/statement.ts';
import { budgetSpent, burnFires, burnRate, type WindowCount } from './burn-rate.ts';
import { carried } from './enough-events.ts';
import { seenShare } from './level-finding.ts';
import { ROUNDING } from './limits.ts';
import type { SloReadings } from './read-slo.ts';

export type BurnRate = Extract<SloObjective, { kind: 'burn-rate' }>;
export type ErrorBudget = Extract<SloObjective, { kind: 'error-budget' }>;
const LONGEST_S = 30 * 24 * 3600;
type ReadLevel = (level: SloLevel) => Promise<SloReadings>;

/**
 * Judges how fast the error budget is spent. A pair of windows that both burn fails; without one, a window about which
 * nothing can be said makes the answer unknown. @throws Unavailable
 */
export async function burnRateFinding(read: ReadLevel, slo: Slo, burn: BurnRate): Promise<Finding> {
  const windows = [...new Set(burn.pairs.flatMap(({ longS, shortS }) => [longS, shortS]))];
  const seen = new Map<number, ReturnType<typeof seenShare>>();
  for (const windowS of windows) {
    const level = windowLevel(burn, windowS);
    seen.set(windowS, seenShare(slo, level, await read(level)));
  }
  const count = (windowS: number): WindowCount | undefined => {
    const share = seen.get(windowS);
    return share === undefined || 'outcome' in share ? undefined : { bad: share.most, total: share.total };
  };
  const rate = (windowS: number): number => {
    const counted = count(windowS);
    return (counted && burnRate(counted, burn.objective)) ?? NaN;
  };
  const events = windows.flatMap((windowS) => count(windowS)?.total ?? []);
  const sampleSize = events.length === 0 ? 0 : Math.floor(Math.min(...events));

  const burns = ({ longS, shortS, factor }: BurnRate['pairs'][number]): boolean => {
    const [long, short] = [count(longS), count(shortS)];
    return (
      long !== undefined && short !== undefined && burnFires(factor, long, short, burn.objective) === true
    );
  };
  /** Why the events of a window do not carry the answer; of a breach, that of the pair with this factor. */
  const doubt = (windowS: number, factor?: number): ReturnType<typeof carried> => {
    const share = seen.get(windowS);
    const level = windowLevel(burn, windowS, factor);
    return share === undefined || 'outcome' in share ? share : carried(level, share, factor !== undefined);
  };
  const firing = burn.pairs.find(
    (pair) => burns(pair) && !doubt(pair.longS, pair.factor) && !doubt(pair.shortS, pair.factor),
  );
  if (firing !== undefined) {
    const { longS, shortS, factor } = firing;
    const said = { ...atMost(`burn rate over ${longS} s`, round(rate(longS)), factor), ok: false };
    return found(burn.id, sampleSize, said, {
      outcome: 'fail',
      cause: 'burn-rate',
      summary: `The error budget is spent ${round(rate(longS))} times as fast as it may be over ${longS} s, and ${round(rate(shortS))} times over ${shortS} s; ${factor} times is the limit`,
    });
  }
  for (const windowS of windows) {
    const broken = burn.pairs.find((pair) => burns(pair) && [pair.longS, pair.shortS].includes(windowS));
    const why = doubt(windowS, broken?.factor);
    if (why !== undefined) return { check: burn.id, ...withoutStatement(why), sampleSize: 0 };
  }
  const [first] = burn.pairs;
  const longS = first?.longS ?? 0;
  const rates = windows.map((windowS) => `${round(rate(windowS))} over ${windowS} s`).join(', ');
  const said = { ...atMost(`burn rate over ${longS} s`, round(rate(longS)), first?.factor ?? 0), ok: true };
  return found(burn.id, sampleSize, said, {
    outcome: 'pass',
    summary: `Burn rate of the error budget: ${rates}`,
  });
}

/**
 * Judges which share of the error budget of a period the window, or the time since the cut-over, has spent.
 * @throws Unavailable
 */
export async function budgetFinding(
  read: ReadLevel,
  slo: Slo,
  budget: ErrorBudget,
  nowMs: number = Date.now(),
): Promise<Finding> {
  const windowS = budget.since === undefined ? budget.windowS : secondsSince(budget.since, nowMs, slo);
  if (windowS < 4 * slo.scrapeS || windowS > LONGEST_S) {
    return {
      check: budget.id,
      outcome: 'unknown',
      cause: 'gaps',
      summary: `The cut-over of ${budget.since ?? ''} was ${windowS} s ago: that is no window that can be looked at`,
      remedy: `evaluate between four scrapes (${4 * slo.scrapeS} s) and 30 days after it, or correct since`,
      sampleSize: 0,
    };
  }
  const level = windowLevel(budget, windowS);
  // What users did not get is spent, whichever instances were there: also by those of the old release.
  const share = seenShare(slo, level, await read(level), 'all');
  if ('outcome' in share) return { check: budget.id, ...withoutStatement(share), sampleSize: 0 };
  const spent = budgetSpent(share.most, budget.expectedEvents, budget.objective) ?? NaN;
  const { warning, critical } = budget.atMost;
  const broken = !(spent <= critical + ROUNDING);
  // What is spent is counted, so no number of events is needed to believe it; a pass needs to have seen something.
  const few = broken ? undefined : carried(level, share, false);
  if (few !== undefined) return { check: budget.id, ...withoutStatement(few), sampleSize: 0 };
  const warns = !broken && warning !== undefined && spent > warning + ROUNDING;
  const said = { ...atMost('share of the error budget', round(spent), critical), ok: !broken };
  const about = `${round(share.most)} of ${round(share.total)} events failed in ${windowS} s: ${round(spent * 100)} % of the error budget of the whole period`;
  return found(budget.id, Math.floor(share.total), said, {
    outcome: broken ? 'fail' : 'pass',
    ...(broken ? { cause: 'error-budget' } : warns ? { cause: 'warning-level' } : {}),
    summary: broken ? `${about} (${String(said.expected)})` : about,
  });
}

/** Whole scrapes, because a source may know periods only; rather one too many than one too few. */
function secondsSince(since: string, nowMs: number, { scrapeS }: Slo): number {
  return Math.ceil(Math.ceil((nowMs - Date.parse(since)) / 1000 / scrapeS) * scrapeS);
}

function found(
  check: string,
  sampleSize: number,
  statement: Statement,
  saying: Pick<Finding, 'outcome' | 'summary' | 'cause'>,
): Finding {
  const { measured, expected } = statement;
  return {
    check,
    ...saying,
    sampleSize,
    measured,
    expected,
    detail: { kind: 'probe', statements: [statement] },
  };
}

function withoutStatement<T extends { readonly statement?: Statement }>(saying: T): Omit<T, 'statement'> {
  const { statement: _statement, ...rest } = saying;
  return rest;
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
