import type { DeployDocument } from '../deploy-document.ts';
import { hitsInScripts } from '../hits-in-scripts.ts';
import type { Place } from '../place.ts';
import { everyMap } from '../every-map.ts';
import type { Hit } from '../hit.ts';
import type { Rule } from '../rule.ts';
import { takesBack } from '../shell/commands.ts';

/** Acts on NO_GO alone: exit code 10, or the word itself. */
const ON_NO_GO =
  /(?:-eq|==?|\bcase\b.*)\s*["']?10\b|^\s*["']?10["']?\s*\)|(?<!!)==?\s*\\?["']?NO_GO|\beq\([^)]*NO_GO/m;

const FOUND = 'Any failure takes traffic back: a runner that broke, or a gate that could not tell, too.';

export const rollbackOnAnyFailure: Rule = {
  id: 'rollback-on-any-failure',
  remedy: "Roll back on exit code 10 or decision == 'NO_GO' alone; on anything else stop and ask a human.",
  find: (document) => [
    ...hitsInScripts(document, 'took-back-on-anything', FOUND),
    ...(document.root ? inConditions(document.root, document) : []),
  ],
};

/** What each CI calls "run this when something failed". */
const CONDITIONS = ['if', 'condition', 'when'] as const;
const ON_FAILURE =
  /\bfailure\(\)|\bfailed\(\)|^on_failure$|\balways\(\)|succeededOrFailed\(\)|^always$|!=\s*'GO'/;

function inConditions(root: Place, { kind }: DeployDocument): readonly Hit[] {
  if (kind.pipeline === null) return [];
  return everyMap(root).flatMap((place) =>
    CONDITIONS.flatMap((key) => {
      const condition = place.at(key);
      if (condition?.text === undefined || !ON_FAILURE.test(condition.text)) return [];
      const acts = JSON.stringify(place.value);
      if (ON_NO_GO.test(condition.text) || ON_NO_GO.test(unescaped(acts)) || !takesBack(acts)) return [];
      return [{ line: condition.line, found: FOUND }];
    }),
  );
}

function unescaped(json: string): string {
  return json.replace(/\\n/g, '\n').replace(/\\"/g, '"');
}
