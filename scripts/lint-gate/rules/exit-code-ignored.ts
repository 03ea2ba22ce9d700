import type { DeployDocument } from '../deploy-document.ts';
import { runsGate } from '../shell-script.ts';
import type { Hit, Rule } from '../rule.ts';
import { everyMap } from '../scripts-of.ts';

const IGNORED = new RegExp(
  [
    // A command after it that always ends with 0.
    String.raw`\|\|\s*[({]?\s*(?:(?:/\S*/)?true\b|:(?:\s|$)|exit\s+0\b|return\s+0\b|(?:echo|printf|log|logger|warn)\b)`,
    String.raw`;\s*(?:true|exit\s+0)\s*$`,
    // Nobody waits for it.
    String.raw`(?<![&>])&\s*$`,
    // The code is that of the command around it.
    String.raw`\b(?:echo|printf|export|local|readonly|declare)\b[^;&|]*(?:\$\(|\x60)[^)]*\bgreenlight`,
  ].join('|'),
);

export const exitCodeIgnored: Rule = {
  id: 'exit-code-ignored',
  remedy:
    'Let the command fail the step; keep the code with `|| code=$?` if something must run in between, and end with it.',
  find: (document) => [
    ...document.scripts.flatMap(({ lines }) =>
      lines
        .filter(({ text }) => runsGate(text) && IGNORED.test(text) && !/exit\s+["$1-9]/.test(text))
        .map(({ line }) => ({ line, found: 'The step goes on whatever Greenlight answers.' })),
    ),
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
