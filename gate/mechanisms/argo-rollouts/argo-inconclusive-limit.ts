import type { Rule } from '../../lint/rule.ts';
import { countOf, metricsOf } from './argo-metrics.ts';

export const argoInconclusiveLimit: Rule = {
  id: 'argo-inconclusive-limit',
  remedy: 'Set it to count - 1, so that a run without any GO ends as Inconclusive.',
  find: (document) =>
    metricsOf(document).flatMap((metric) => {
      const limit = metric.at('inconclusiveLimit');
      const value = Number(limit?.value ?? 0);
      if (limit === undefined || (value >= 0 && value < countOf(metric))) return [];
      return [
        { line: limit.line, found: 'Measurements that are all pending or inconclusive end as a success.' },
      ];
    }),
};
