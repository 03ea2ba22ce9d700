import type { Rule } from '../../lint/rule.ts';
import { everyMap } from '../../lint/every-map.ts';
import { azurePipeline } from './azure-pipeline.ts';
import { namesGate } from '../../lint/names-gate.ts';

export const azureContinueOnError: Rule = {
  id: 'azure-continue-on-error',
  remedy: 'Remove continueOnError from the gate.',
  find: ({ kind, root, gate }) =>
    kind !== azurePipeline || root === undefined
      ? []
      : everyMap(root).flatMap((place) => {
          const option = place.at('continueOnError');
          const asks =
            namesGate(place, { gate }) || place.at('task')?.text?.startsWith('InvokeRESTAPI@') === true;
          if (option === undefined || String(option.value) === 'false' || !asks) return [];
          return [
            { line: option.line, found: 'The step succeeds with issues, and what depends on it runs.' },
          ];
        }),
};
