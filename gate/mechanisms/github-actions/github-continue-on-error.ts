import type { Rule } from '../../lint/rule.ts';
import { everyMap } from '../../lint/every-map.ts';
import { githubWorkflow } from './github-workflow.ts';
import { namesGate } from '../../lint/names-gate.ts';

export const githubContinueOnError: Rule = {
  id: 'github-continue-on-error',
  remedy: 'Remove continue-on-error from the gate.',
  find: ({ kind, root, gate }) =>
    kind !== githubWorkflow || root === undefined
      ? []
      : everyMap(root).flatMap((place) => {
          const option = place.at('continue-on-error');
          if (option === undefined || option.value === false || !namesGate(place, { gate })) return [];
          return [{ line: option.line, found: 'The step is green whatever Greenlight answers.' }];
        }),
};
