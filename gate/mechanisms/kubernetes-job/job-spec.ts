import type { DeployDocument } from '../../lint/deploy-document.ts';
import type { Place } from '../../lint/place.ts';

/** The specs of all Jobs in a document that run Greenlight: of a Job, a CronJob, or an analysis that starts one. */
export function jobSpecs({ kind, root }: DeployDocument): readonly Place[] {
  return root === undefined ? [] : (kind.jobSpecs?.(root) ?? []);
}
