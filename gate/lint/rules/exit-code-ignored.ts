import type { DeployDocument } from '../deploy-document.ts';
import { hitsInScripts } from '../hits-in-scripts.ts';
import { runsGate } from '../shell/commands.ts';
import type { Hit, Rule } from '../rule.ts';
import { everyMap } from '../scripts-of.ts';

export const exitCodeIgnored: Rule = {
  id: 'exit-code-ignored',
  remedy:
    'Let the command fail the step; keep the code with `|| code=$?` if something must run in between, and end with it.',
  find: (document) => [
    ...hitsInScripts(document, 'ignored', 'The step goes on whatever Greenlight answers.'),
    ...afterScripts(document),
  ],
};

/** GitLab runs them when the job has its result already. */
function afterScripts({ mechanism, root }: DeployDocument): readonly Hit[] {
  if (mechanism !== 'gitlab' || root === undefined) return [];
  return everyMap(root).flatMap((place) => {
    const after = place.at('after_script');
    if (after === undefined || !runsGate(JSON.stringify(after.value))) return [];
    return [{ line: after.line, found: 'What fails in after_script does not fail the job.' }];
  });
}
