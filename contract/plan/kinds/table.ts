import type { TableMapping } from '../table-mapping.ts';
import { listedKind } from './check-kind.ts';

/** Tables of old and where their rows went. */
export const table = listedKind({
  room: 'data-checks',
  at: 'data.tables',
  countsObjects: true,
  draft: ({ emptyBecause, direction }: TableMapping, phase) => ({
    project: 'data-checks',
    floor: emptyBecause === undefined ? 1 : 0,
    // That new took orders since the switch is no reason to go back: it is what going back would cost.
    advisory: direction === 'rollback' && phase === 'watch',
  }),
});
