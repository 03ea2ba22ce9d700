import { badLimit } from '../contract/slo/slo-events.ts';
import type { SloLevel } from '../contract/slo/slo.ts';
import { CALLS_REPEATED } from './enough-events.ts';

/** The normal quantile of 99 %, one-sided. */
const Z = 2.326;

/**
 * The condition that a breach is more than chance. Prometheus has no binomial distribution: this is Wilson's lower bound,
 * which differs by less than a scrape's traffic from the exact one that `greenlight slo` uses, from 20 events on. Pure.
 */
export function significantly(objective: SloLevel, share: string, counted: string): string {
  const events = `(${counted} / ${CALLS_REPEATED})`;
  const bad = `clamp(${'atLeast' in objective ? `1 - ${share}` : share}, 0, 1)`;
  const spread = `sqrt(${bad} * (1 - ${bad}) / ${events} + ${round((Z * Z) / 4)} / ${events} ^ 2)`;
  const lower = `(${bad} + ${round((Z * Z) / 2)} / ${events} - ${Z} * ${spread}) / (1 + ${round(Z * Z)} / ${events})`;
  return `${lower} > ${round(badLimit(objective) ?? 0)}`;
}

function round(value: number): number {
  return Number(value.toFixed(9));
}
