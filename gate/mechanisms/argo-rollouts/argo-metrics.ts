import type { DeployDocument } from '../../lint/deploy-document.ts';
import type { Place } from '../../lint/place.ts';
import { argoAnalysis } from './argo-analysis.ts';

/** Metrics of an analysis; none for any other document. */
export function metricsOf({ kind, root }: DeployDocument): readonly Place[] {
  return kind === argoAnalysis ? (root?.at('spec', 'metrics')?.items ?? []) : [];
}

/** How often Argo measures: once without interval and count, for ever with an interval alone. */
export function countOf(metric: Place): number {
  const count = metric.at('count')?.value;
  if (typeof count === 'number') return count;
  return metric.at('interval') === undefined ? 1 : Infinity;
}
