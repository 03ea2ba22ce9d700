import type { LoadComparison } from '../../load/load-comparison.ts';
import { listedKind } from './check-kind.ts';

/** How fast new is beside old. */
export const comparison = listedKind({
  room: 'load/compare',
  at: 'load.comparisons',
  draft: ({ optional }: LoadComparison) => ({ project: 'load', optional, floor: 1 }),
});
