import { kindOfProbe, type Probe } from '../probe.ts';
import { listedKind } from './check-kind.ts';

/** Small checks of one thing, as data; their own kinds are in contract/plan/probes. */
export const probe = listedKind({
  room: 'suites/probes',
  at: 'probes',
  draft: (item: Probe) => ({ project: kindOfProbe(item).project }),
});
