import type { Rule } from '../../lint/rule.ts';

export const argoDryRun: Rule = {
  id: 'argo-dry-run',
  remedy: 'Remove the metric from dryRun.',
  find: ({ mechanism, root }) =>
    mechanism !== 'argo-analysis'
      ? []
      : (root?.at('spec', 'dryRun')?.items ?? []).map(({ line }) => ({
          line,
          found: 'Metrics that match are measured and then not counted.',
        })),
};
