import type { Rule } from '../../lint/rule.ts';
import { hooksOf } from './flagger-hooks.ts';

export const flaggerRollbackPolarity: Rule = {
  id: 'flagger-rollback-polarity',
  remedy:
    'Send each hook to its own route: /v1/flagger/rollback for rollback, /v1/flagger/<type> for the others.',
  find: (document) =>
    hooksOf(document).flatMap(({ type, path, place }) => {
      const opposite = /roll[-_]?back/i.test(path);
      if ((type === 'rollback') === opposite) return [];
      const found = opposite
        ? 'This address answers 200 for "roll back", which this hook takes for a yes.'
        : 'Here 200 means "roll back": an address that answers 200 for a good release takes it back.';
      return [{ line: (place.at('url') ?? place).line, found }];
    }),
};
