import type { MetricCheck } from '../../slo/metric-check.ts';
import { listedKind } from './check-kind.ts';

/** Single numbers of metrics, and their limits. */
export const metric = listedKind({
  room: 'slo',
  at: 'metrics.checks',
  draft: (_check: MetricCheck) => ({ project: 'load', floor: 1 }),
});
