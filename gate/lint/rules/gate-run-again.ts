import type { DeployDocument } from '../deploy-document.ts';
import { gitlabGateJobs } from '../../mechanisms/gitlab-ci/gitlab-gate-jobs.ts';
import { hitsInScripts } from '../hits-in-scripts.ts';
import type { Place } from '../place.ts';
import type { Hit, Rule } from '../rule.ts';
import { everyMap } from '../scripts-of.ts';
import { namesGate } from '../names-gate.ts';

const FOUND = 'A run that answers NO_GO is repeated until one passes, orders and all.';

export const gateRunAgain: Rule = {
  id: 'gate-run-again',
  remedy: 'Remove the retry; Greenlight repeats by itself what may be repeated.',
  find: (document) => [...retries(document), ...hitsInScripts(document, 'run-again', FOUND)],
};

function retries({ mechanism, root }: DeployDocument): readonly Hit[] {
  if (root === undefined) return [];
  const lines = placesOf(mechanism, root).flatMap((place) =>
    ['retry', 'retryCountOnTaskFailure'].flatMap((key) => {
      const option = place.at(key);
      return option === undefined || Number(option.at('max')?.value ?? option.value) === 0
        ? []
        : [option.line];
    }),
  );
  return [...new Set(lines)].map((line) => ({ line, found: FOUND }));
}

function placesOf(mechanism: DeployDocument['mechanism'], root: Place): readonly Place[] {
  if (mechanism === 'azure') return everyMap(root).filter(namesGate);
  if (mechanism !== 'gitlab') return [];
  const jobs = gitlabGateJobs(root);
  // What stands in `default` holds for every job.
  return jobs.length === 0 ? [] : [...jobs, ...(root.at('default') ? [root.at('default') as Place] : [])];
}
