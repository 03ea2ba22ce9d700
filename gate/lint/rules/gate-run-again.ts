import type { DeployDocument } from '../deploy-document.ts';
import type { Hit } from '../hit.ts';
import { hitsInScripts } from '../hits-in-scripts.ts';
import type { Rule } from '../rule.ts';

const FOUND = 'A run that answers NO_GO is repeated until one passes, orders and all.';

export const gateRunAgain: Rule = {
  id: 'gate-run-again',
  remedy: 'Remove the retry; Greenlight repeats by itself what may be repeated.',
  find: (document) => [...retries(document), ...hitsInScripts(document, 'run-again', FOUND)],
};

function retries(document: DeployDocument): readonly Hit[] {
  const lines = (document.kind.pipeline?.repeated(document) ?? []).flatMap((place) =>
    ['retry', 'retryCountOnTaskFailure'].flatMap((key) => {
      const option = place.at(key);
      return option === undefined || Number(option.at('max')?.value ?? option.value) === 0
        ? []
        : [option.line];
    }),
  );
  return [...new Set(lines)].map((line) => ({ line, found: FOUND }));
}
