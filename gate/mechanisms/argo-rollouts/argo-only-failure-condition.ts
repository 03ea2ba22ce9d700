import type { Rule } from '../../lint/rule.ts';
import { metricsOf } from './argo-metrics.ts';

export const argoOnlyFailureCondition: Rule = {
  id: 'argo-only-failure-condition',
  remedy: `Add successCondition: result.verdict == "GO" beside it.`,
  find: (document) =>
    metricsOf(document).flatMap((metric) => {
      const failure = metric.at('failureCondition');
      if (failure === undefined || metric.at('successCondition') !== undefined) return [];
      return [
        {
          line: failure.line,
          found: 'Whatever is not this failure counts as a success, a missing answer too.',
        },
      ];
    }),
};
