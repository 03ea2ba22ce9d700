import type { LoadProfile } from '../../load/load-profile.ts';
import { listedKind } from './check-kind.ts';

/** Load, against its thresholds. */
export const load = listedKind({
  room: 'load',
  at: 'load.profiles',
  draft: ({ optional, minimumRequests }: LoadProfile) => ({
    project: 'load',
    optional,
    floor: minimumRequests,
  }),
});
