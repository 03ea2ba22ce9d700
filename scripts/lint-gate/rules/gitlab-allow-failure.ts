import type { Rule } from '../rule.ts';
import { everyMap } from '../scripts-of.ts';
import { namesGate } from './names-gate.ts';

export const gitlabAllowFailure: Rule = {
  id: 'gitlab-allow-failure',
  remedy: 'Remove allow_failure, for single exit codes too.',
  find: ({ mechanism, root }) =>
    mechanism !== 'gitlab' || root === undefined
      ? []
      : everyMap(root).flatMap((place) => {
          const option = place.at('allow_failure');
          if (option === undefined || option.value === false || !namesGate(place)) return [];
          return [{ line: option.line, found: 'The job turns into a warning and the next stage runs.' }];
        }),
};
