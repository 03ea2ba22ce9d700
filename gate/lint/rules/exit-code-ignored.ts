import type { DeployDocument } from '../deploy-document.ts';
import { hitsInScripts } from '../hits-in-scripts.ts';
import { runsGate } from '../shell/commands.ts';
import { everyMap } from '../every-map.ts';
import type { Hit } from '../hit.ts';
import type { Rule } from '../rule.ts';

export const exitCodeIgnored: Rule = {
  id: 'exit-code-ignored',
  remedy:
    'Let the command fail the step; keep the code with `|| code=$?` if something must run in between, and end with it.',
  find: (document) => [
    ...hitsInScripts(document, 'ignored', 'The step goes on whatever Greenlight answers.'),
    ...afterScripts(document),
  ],
};

/** They run when the job has its result already. */
function afterScripts({ kind, root }: DeployDocument): readonly Hit[] {
  if (root === undefined || kind.pipeline === null) return [];
  return everyMap(root).flatMap((place) =>
    (kind.pipeline?.after ?? []).flatMap((key) => {
      const after = place.at(key);
      if (after === undefined || !runsGate(JSON.stringify(after.value))) return [];
      return [{ line: after.line, found: `What fails in ${key} does not fail the job.` }];
    }),
  );
}
