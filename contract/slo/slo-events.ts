import type { SloLevel, SloObjective } from './slo.ts';

/** How many events an answer about a service level needs. */
export interface LeastEvents {
  /** Fewer are no pass, whatever they show. */
  readonly floor: number;
  /** Fewer are no pass: what the plan says, or else `needed`. */
  readonly pass: number;
  /** So many show with 95 % confidence, when all goes well, that the limit holds; fewer must be a significant breach. */
  readonly needed: number;
}

const FLOORS: Record<SloLevel['kind'], number> = {
  latency: 100,
  'error-rate': 100,
  'business-ratio': 20,
  availability: 4,
  saturation: 1,
};
const BUDGET_FLOOR = 100;

/**
 * Events without a bad one that exclude, with 95 % confidence, a share of bad ones of `limit`: 59 for 5 %, 299 for 1 %,
 * 2995 for 0.1 %. 1 where no number of events could: a limit of 0, or one that cannot be broken.
 */
export function eventsToExclude(limit: number): number {
  if (!(limit > 0 && limit < 1)) return 1;
  // Shares such as 1 - 0.95 are not exact.
  return Math.ceil(Number((Math.log(0.05) / Math.log1p(-limit)).toFixed(6)));
}

/** Greatest share of bad events that holds; undefined where it is no share of events that were drawn. */
export function badLimit(level: SloLevel): number | undefined {
  switch (level.kind) {
    case 'latency':
    case 'business-ratio':
      return 1 - level.atLeast.critical;
    case 'error-rate':
      return level.atMost.critical;
    // Looks at regular times cover the window; they are no sample of it. Neither is a gauge.
    case 'availability':
    case 'saturation':
      return undefined;
  }
}

/** Pure. For burn rates and budgets see {@link leastSamples}. */
export function leastEvents(level: SloLevel): LeastEvents {
  const given = level.kind === 'saturation' ? undefined : level.minimumEvents;
  const floor = given ?? FLOORS[level.kind];
  const limit = badLimit(level);
  const needed = Math.max(floor, limit === undefined ? 0 : eventsToExclude(limit));
  return { floor, pass: given ?? needed, needed };
}

/**
 * The window of a burn rate or a budget as a level of its own.
 * @param factor of the pair of windows that is asked about; without it the least that holds for the window
 */
export function windowLevel(
  objective: Extract<SloObjective, { kind: 'burn-rate' | 'error-budget' }>,
  windowS: number,
  factor?: number,
): Extract<SloLevel, { kind: 'error-rate' }> {
  const { id, title, phases, bad, total, minimumEvents } = objective;
  const level = { id, title, phases, bad, total, kind: 'error-rate', windowS, forS: 0 } as const;
  if (objective.kind === 'error-budget') {
    // Counted, not estimated: what is spent is spent, so no number of events is needed to believe it.
    return { ...level, minimumEvents: minimumEvents ?? BUDGET_FLOOR, atMost: { critical: 1 } };
  }
  const factors = objective.pairs
    .filter(({ longS, shortS }) => longS === windowS || shortS === windowS)
    .map(({ factor }) => factor);
  const least = factor ?? Math.min(...factors);
  const critical = Math.min(1, Number((least * (1 - objective.objective)).toFixed(12)));
  return { ...level, ...(minimumEvents === undefined ? {} : { minimumEvents }), atMost: { critical } };
}

/** Events without which an objective cannot pass. */
export function leastSamples(objective: SloObjective): number {
  if (objective.kind === 'error-budget') return leastEvents(windowLevel(objective, objective.windowS)).pass;
  if (objective.kind !== 'burn-rate') return leastEvents(objective).pass;
  const windows = objective.pairs.flatMap(({ longS, shortS }) => [longS, shortS]);
  return Math.min(...windows.map((windowS) => leastEvents(windowLevel(objective, windowS)).pass));
}
