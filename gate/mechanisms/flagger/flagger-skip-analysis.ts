import type { Rule } from '../../lint/rule.ts';
import { canary } from './canary.ts';

export const flaggerSkipAnalysis: Rule = {
  id: 'flagger-skip-analysis',
  remedy: 'Remove skipAnalysis.',
  find: ({ kind, root }) => {
    const skip = kind === canary ? root?.at('spec', 'skipAnalysis') : undefined;
    return skip?.value === true
      ? [{ line: skip.line, found: 'The canary is promoted without any check.' }]
      : [];
  },
};
