import type { Rule } from '../../lint/rule.ts';
import { everyMap } from '../../lint/every-map.ts';
import { azurePipeline } from './azure-pipeline.ts';

export const azureMissingSuccessCriteria: Rule = {
  id: 'azure-missing-success-criteria',
  remedy: "Set successCriteria: eq(root['verdict'], 'GO').",
  find: ({ kind, root }) =>
    kind !== azurePipeline || root === undefined
      ? []
      : everyMap(root).flatMap((place) => {
          const task = place.at('task');
          if (task?.text?.startsWith('InvokeRESTAPI@') !== true) return [];
          // With a callback the result comes later, and the first answer only says that it was heard.
          if (String(place.at('inputs', 'waitForCompletion')?.value) === 'true') return [];
          const criteria = place.at('inputs', 'successCriteria');
          if (criteria?.text !== undefined && /'GO'/.test(criteria.text)) return [];
          return [
            { line: (criteria ?? task).line, found: 'Any answer with status 200 passes, a login page too.' },
          ];
        }),
};
