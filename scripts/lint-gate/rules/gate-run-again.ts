import type { Rule } from '../rule.ts';
import { everyMap } from '../scripts-of.ts';
import { namesGate } from './names-gate.ts';

export const gateRunAgain: Rule = {
  id: 'gate-run-again',
  remedy: 'Remove the retry; Greenlight repeats by itself what may be repeated.',
  find: ({ mechanism, root }) =>
    (mechanism !== 'gitlab' && mechanism !== 'azure') || root === undefined
      ? []
      : everyMap(root).flatMap((place) =>
          ['retry', 'retryCountOnTaskFailure'].flatMap((key) => {
            const option = place.at(key);
            if (option === undefined || Number(option.at('max')?.value ?? option.value) === 0) return [];
            if (!namesGate(place)) return [];
            return [
              {
                line: option.line,
                found: 'A run that answers NO_GO is repeated until one passes, orders and all.',
              },
            ];
          }),
        ),
};
