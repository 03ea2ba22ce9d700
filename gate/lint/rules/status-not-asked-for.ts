import type { Rule } from '../rule.ts';

const READS_VERDICT = /(?:==?|-eq)\s*["'\\]*GO\b|"GO"|'GO'/;

export const statusNotAskedFor: Rule = {
  id: 'status-not-asked-for',
  remedy: 'Add --fail, and compare the verdict with GO.',
  find: ({ scripts, gate }) =>
    scripts.flatMap(({ lines }) =>
      lines
        .filter(({ text }) => gate.asks(text) && !gate.failsOnRefusal(text))
        .filter(() => !lines.some(({ text }) => READS_VERDICT.test(text)))
        .map(({ line }) => ({ line, found: 'curl ends with 0 for a refusal and for a login page too.' })),
    ),
};
