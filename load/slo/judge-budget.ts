import type { Finding } from '../../contract/finding.ts';
import { windowLevel } from '../../contract/slo-events.ts';
import type { Slo, SloLevel, SloObjective } from '../../contract/slo.ts';
import { atMost, type Statement } from '../../contract/statement.ts';
import { budgetSpent, burnFires, burnRate, type WindowCount } from './burn-rate.ts';
import { carried } from './enough-events.ts';
import { seenShare } from './judge-slo.ts';
import { ROUNDING } from './limits.ts';
import type { SloReadings } from './read-slo.ts';

export type BurnRate = Extract<SloObjective, { kind: 'burn-rate' }>;
export type ErrorBudget = Extract<SloObjective, { kind: 'error-budget' }>;
type ReadLevel = (level: SloLevel) => Promise<SloReadings>;

/**
 * Judges how fast the error budget is spent. A pair of windows that both burn fails; without one, a window about which
 * nothing can be said makes the answer unknown. @throws MetricsUnavailable
 */
export async function judgeBurnRate(read: ReadLevel, slo: Slo, burn: BurnRate): Promise<Finding> {
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
  /** Why the events of a window do not carry the answer. */
  const doubt = (windowS: number, broken: boolean): ReturnType<typeof carried> => {
    const share = seen.get(windowS);
    return share === undefined || 'outcome' in share
      ? share
      : carried(windowLevel(burn, windowS), share, broken);
  };
  const firing = burn.pairs.find(
    (pair) => burns(pair) && !doubt(pair.longS, true) && !doubt(pair.shortS, true),
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
    const broken = burn.pairs.some((pair) => burns(pair) && [pair.longS, pair.shortS].includes(windowS));
    const why = doubt(windowS, broken);
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

/** Judges which share of the error budget of a period the window has spent. @throws MetricsUnavailable */
export async function judgeBudget(read: ReadLevel, slo: Slo, budget: ErrorBudget): Promise<Finding> {
  const level = windowLevel(budget, budget.windowS);
  const share = seenShare(slo, level, await read(level));
  if ('outcome' in share) return { check: budget.id, ...withoutStatement(share), sampleSize: 0 };
  const spent = budgetSpent(share.most, budget.expectedEvents, budget.objective) ?? NaN;
  const { warning, critical } = budget.atMost;
  const broken = !(spent <= critical + ROUNDING);
  const warns = !broken && warning !== undefined && spent > warning + ROUNDING;
  const said = { ...atMost('share of the error budget', round(spent), critical), ok: !broken };
  const about = `${round(share.most)} of ${round(share.total)} events failed in ${budget.windowS} s: ${round(spent * 100)} % of the error budget of the whole period`;
  return found(budget.id, Math.floor(share.total), said, {
    outcome: broken ? 'fail' : 'pass',
    ...(broken ? { cause: 'error-budget' } : warns ? { cause: 'warning-level' } : {}),
    summary: broken ? `${about} (${String(said.expected)})` : about,
  });
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
