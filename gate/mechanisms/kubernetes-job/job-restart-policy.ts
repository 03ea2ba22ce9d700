import type { Rule } from '../../lint/rule.ts';
import { jobSpecs } from './job-spec.ts';

export const jobRestartPolicy: Rule = {
  id: 'job-restart-policy',
  remedy: 'Set restartPolicy: Never.',
  find: (document) =>
    jobSpecs(document).flatMap((spec) => {
      const policy = spec.at('template', 'spec', 'restartPolicy');
      if (policy === undefined || policy.text === 'Never') return [];
      return [{ line: policy.line, found: 'The container is started again after a NO_GO, in the same pod.' }];
    }),
};
