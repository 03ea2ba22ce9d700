import type { Rule } from '../../lint/rule.ts';
import { argoAnalysis } from './argo-analysis.ts';

export const argoDryRun: Rule = {
  id: 'argo-dry-run',
  remedy: 'Remove the metric from dryRun.',
  find: ({ kind, root }) =>
    kind !== argoAnalysis
      ? []
      : (root?.at('spec', 'dryRun')?.items ?? []).map(({ line }) => ({
          line,
          found: 'Metrics that match are measured and then not counted.',
        })),
};
