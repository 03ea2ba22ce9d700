import type { DeployDocument } from '../../lint/deploy-document.ts';
import type { Place } from '../../lint/place.ts';

/** The specs of all Jobs in a document that run Greenlight: of a Job, a CronJob, or an analysis that starts one. */
export function jobSpecs({ mechanism, root }: DeployDocument): readonly Place[] {
  if (mechanism === 'argo-analysis') {
    const metrics = root?.at('spec', 'metrics')?.items ?? [];
    return metrics.flatMap((metric) => metric.at('provider', 'job', 'spec') ?? []);
  }
  if (mechanism !== 'kubernetes-job') return [];
  const spec = root?.at('spec', 'jobTemplate', 'spec') ?? root?.at('spec');
  return spec === undefined ? [] : [spec];
}
