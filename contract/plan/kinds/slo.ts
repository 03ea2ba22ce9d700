import type { SloObjective } from '../../slo/slo.ts';
import { leastSamples } from '../../slo/slo-events.ts';
import { listedKind } from './check-kind.ts';

/** Service levels, asked of the target's own metrics. */
export const slo = listedKind({
  room: 'slo',
  at: 'slo.objectives',
  draft: (objective: SloObjective) => ({ project: 'load', floor: leastSamples(objective) }),
});
