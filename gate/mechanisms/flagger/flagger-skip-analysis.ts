import type { Rule } from '../../lint/rule.ts';

export const flaggerSkipAnalysis: Rule = {
  id: 'flagger-skip-analysis',
  remedy: 'Remove skipAnalysis.',
  find: ({ mechanism, root }) => {
    const skip = mechanism === 'flagger' ? root?.at('spec', 'skipAnalysis') : undefined;
    return skip?.value === true
      ? [{ line: skip.line, found: 'The canary is promoted without any check.' }]
      : [];
  },
};
