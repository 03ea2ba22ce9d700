import type { Rule } from '../../lint/rule.ts';
import { countOf, metricsOf } from './argo-metrics.ts';

export const argoFailureLimit: Rule = {
  id: 'argo-failure-limit',
  remedy: 'Leave failureLimit out: one NO_GO is enough.',
  find: (document) =>
    metricsOf(document).flatMap((metric) => {
      const limit = metric.at('failureLimit');
      const value = Number(limit?.value ?? 0);
      if (limit === undefined || (value >= 0 && value < countOf(metric))) return [];
      return [
        { line: limit.line, found: 'It is measured too seldom to fail: every measurement may be a NO_GO.' },
      ];
    }),
};
