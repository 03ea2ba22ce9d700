import { asksGate } from '../shell-script.ts';
import type { Rule } from '../rule.ts';

/** curl ends with 0 for any status, unless it is told otherwise. */
const FAILS = /\s(?:-[a-zA-Z]*f[a-zA-Z]*|--fail(?:-with-body)?)\b/;
const READS_VERDICT = /(?:==?|-eq)\s*["'\\]*GO\b|"GO"|'GO'/;

export const statusNotAskedFor: Rule = {
  id: 'status-not-asked-for',
  remedy: 'Add --fail, and compare the verdict with GO.',
  find: ({ scripts }) =>
    scripts.flatMap(({ lines }) =>
      lines
        // The route for Argo answers 200 to everything, so that --fail is of no help there.
        .filter(({ text }) => asksGate(text) && (!FAILS.test(text) || text.includes('/v1/argo')))
        .filter(() => !lines.some(({ text }) => READS_VERDICT.test(text)))
        .map(({ line }) => ({ line, found: 'curl ends with 0 for a refusal and for a login page too.' })),
    ),
};
