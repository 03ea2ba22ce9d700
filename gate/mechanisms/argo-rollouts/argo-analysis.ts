import { containerScripts } from '../../lint/container-scripts.ts';
import type { DeployKind } from '../../lint/deploy-document.ts';

/** What measures, and decides about the rollouts that name it. */
export const argoAnalysis: DeployKind = {
  known: { by: 'object', kinds: ['AnalysisTemplate', 'ClusterAnalysisTemplate', 'AnalysisRun'] },
  scripts: containerScripts,
  hasGate: ({ root }) => (root?.at('spec', 'metrics')?.items ?? []).length > 0,
  pipeline: null,
  jobSpecs: (root) =>
    (root.at('spec', 'metrics')?.items ?? []).flatMap((metric) => metric.at('provider', 'job', 'spec') ?? []),
};
