import type { AlertsCheck } from '../../slo/alerts-check.ts';
import { listedKind } from './check-kind.ts';

/** Whether anybody would be told. */
export const alerts = listedKind({
  room: 'slo',
  at: 'alerts',
  draft: (_check: AlertsCheck) => ({ project: 'load', floor: 1 }),
});
