import type { Rule } from '../rule.ts';

const NEGATED =
  /(?:!=|-ne|~!)\s*\\?["']?(?:NO_GO|INCONCLUSIVE)|(?:NO_GO|INCONCLUSIVE)\\?["']?\s*!=|\bne\([^)]*(?:NO_GO|INCONCLUSIVE)|!\s*(?:contains|eq)\([^)]*(?:NO_GO|INCONCLUSIVE)/;

export const negatedVerdict: Rule = {
  id: 'negated-verdict',
  remedy: "Ask for == 'GO': an answer that is missing, pending or unknown is not NO_GO either.",
  find: ({ source }) =>
    source
      .filter(({ text }) => NEGATED.test(text))
      .map(({ line }) => ({ line, found: 'Everything but this one word passes, nothing at all included.' })),
};
