import type { Rule } from '../../lint/rule.ts';
import { hooksOf } from './flagger-hooks.ts';

/** These hooks can make a canary fail or take it back. */
const ACTING = ['pre-rollout', 'rollout', 'rollback'];

export const flaggerConfirmAlone: Rule = {
  id: 'flagger-confirm-alone',
  remedy: 'Add a rollback hook to /v1/flagger/rollback beside it.',
  find: (document) => {
    const hooks = hooksOf(document);
    if (hooks.some(({ type }) => ACTING.includes(type))) return [];
    return hooks
      .filter(({ type }) => type.startsWith('confirm-'))
      .map(({ place }) => ({
        line: (place.at('type') ?? place).line,
        found: 'A confirm hook can only wait: after a NO_GO the canary keeps its traffic for ever.',
      }));
  },
};
