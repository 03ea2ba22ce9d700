import type { DeployDocument } from '../deploy-document.ts';
import type { Place } from '../place.ts';
import type { Rule } from '../rule.ts';
import { everyMap } from '../scripts-of.ts';
import { namesGate } from './names-gate.ts';

const ALWAYS = /\balways\(\)|!\s*cancelled\(\)|succeededOrFailed\(\)|not\(canceled\(\)\)|^always$/;
const ASKS = /==\s*'(?:GO|NO_GO)'|\beq\([^)]*'(?:GO|NO_GO)'/;

export const runsWhateverTheGateSaid: Rule = {
  id: 'runs-whatever-the-gate-said',
  remedy: "Add == 'GO' to its condition, or leave the condition out.",
  find: (document) =>
    jobsOf(document).flatMap(({ place, after }) => {
      const condition = place.at('if') ?? place.at('condition') ?? place.at('when');
      if (condition?.text === undefined || !after || !ALWAYS.test(condition.text)) return [];
      if (ASKS.test(condition.text)) return [];
      return [
        { line: condition.line, found: 'This job waits for the gate and then runs whatever it answered.' },
      ];
    }),
};

interface Job {
  readonly place: Place;
  /** Whether it comes after a job that runs the gate. */
  readonly after: boolean;
}

function jobsOf({ mechanism, root }: DeployDocument): readonly Job[] {
  if (root === undefined || (mechanism !== 'github' && mechanism !== 'gitlab' && mechanism !== 'azure'))
    return [];
  const named = namedJobs(root);
  const gates = named.filter(([, place]) => namesGate(place)).map(([name]) => name);
  return named.map(([, place]) => ({ place, after: needsOf(place).some((name) => gates.includes(name)) }));
}

/** Jobs and stages by name; Azure lists them, the others map them. */
function namedJobs(root: Place): readonly (readonly [string, Place])[] {
  const mapped = root.at('jobs')?.entries ?? root.entries;
  const listed = everyMap(root).flatMap((place) => {
    const name = place.at('job')?.text ?? place.at('deployment')?.text ?? place.at('stage')?.text;
    return name === undefined ? [] : [[name, place] as const];
  });
  return [...mapped, ...listed.filter(([, place]) => place.at('script') === undefined)];
}

function needsOf(place: Place): readonly string[] {
  const list = place.at('needs') ?? place.at('dependsOn');
  return (list?.items ?? []).flatMap((item) => item.text ?? item.at('job')?.text ?? []);
}
