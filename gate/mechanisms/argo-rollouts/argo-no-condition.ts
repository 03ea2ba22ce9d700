import type { Rule } from '../../lint/rule.ts';
import { metricsOf } from './argo-metrics.ts';

export const argoNoCondition: Rule = {
  id: 'argo-no-condition',
  remedy:
    'Give both: successCondition: result.verdict == "GO" and failureCondition: result.verdict == "NO_GO".',
  find: (document) =>
    metricsOf(document).flatMap((metric) => {
      const has = (key: string): boolean => metric.at(key) !== undefined;
      // A job answers with its exit code, and Kayenta with scores.
      if (metric.at('provider', 'job') ?? metric.at('provider', 'kayenta')) return [];
      if (has('successCondition') || has('failureCondition')) return [];
      return [{ line: metric.line, found: 'Without a condition every measurement is a success.' }];
    }),
};
