import type { Rule } from '../../lint/rule.ts';

const APPLIES = /\bkubectl\b[^|;&]*\s(?:apply|replace)\b/;
const WAITS = /\bkubectl\b[^|;&]*\swait\b.*\bjobs?\b|\bexitCode\b|job-name=/;

export const jobNotNew: Rule = {
  id: 'job-not-new',
  remedy:
    'Use `kubectl create`, which refuses a name that is there, and read the pods by the uid of the new Job.',
  find: ({ scripts }) =>
    scripts.flatMap(({ lines }) =>
      lines.some(({ text }) => WAITS.test(text))
        ? lines
            .filter(({ text }) => APPLIES.test(text))
            .map(({ line }) => ({
              line,
              found: 'An unchanged Job that is there already hands out the answer of an earlier deploy.',
            }))
        : [],
    ),
};
