import { badLimit } from '../../contract/slo-events.ts';
import type { SloLevel } from '../../contract/slo.ts';

/** The normal quantile of 95 %, one-sided. */
const Z = 1.645;

/**
 * The condition that a breach is more than chance. Prometheus has no binomial distribution: this is Wilson's lower bound,
 * which differs by less than a scrape's traffic from the exact one that `greenlight slo` uses. Pure.
 */
export function significantly(objective: SloLevel, share: string, events: string): string {
  const bad = `clamp(${'atLeast' in objective ? `1 - ${share}` : share}, 0, 1)`;
  const spread = `sqrt(${bad} * (1 - ${bad}) / ${events} + ${round((Z * Z) / 4)} / ${events} ^ 2)`;
  const lower = `(${bad} + ${round((Z * Z) / 2)} / ${events} - ${Z} * ${spread}) / (1 + ${round(Z * Z)} / ${events})`;
  return `${lower} > ${round(badLimit(objective) ?? 0)}`;
}

function round(value: number): number {
  return Number(value.toFixed(9));
}
