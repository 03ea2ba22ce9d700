import type { Rule } from '../../lint/rule.ts';
import { jobSpecs } from './job-spec.ts';

export const jobBackoffLimit: Rule = {
  id: 'job-backoff-limit',
  remedy: 'Set backoffLimit: 0.',
  find: (document) =>
    jobSpecs(document).flatMap((spec) => {
      const limit = spec.at('backoffLimit');
      if (limit?.value === 0) return [];
      const found =
        'A run that answers NO_GO is repeated until one passes (6 times by default), orders and all.';
      return [{ line: (limit ?? spec).line, found }];
    }),
};
