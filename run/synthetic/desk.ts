import type { AlertDesk } from '../../contract/ports/alert-desk.ts';
import type { PreparedRun } from '../run-prepare.ts';

/** Who decides and tells the alerts of a pass. The plan names nobody yet: then the output of the pass is all there is. */
export function deskOf(run: PreparedRun): AlertDesk {
  void run;
  return { decideAlerts: () => Promise.resolve({ told: [], problems: [] }) };
}
