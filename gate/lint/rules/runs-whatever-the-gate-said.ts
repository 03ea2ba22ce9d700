import { hitsInScripts } from '../hits-in-scripts.ts';
import { jobsOf } from '../jobs-of.ts';
import type { Hit } from '../hit.ts';
import type { Rule } from '../rule.ts';
import { namesGate } from '../names-gate.ts';

const ALWAYS = /\balways\(\)|!\s*cancelled\(\)|succeededOrFailed\(\)|not\(canceled\(\)\)|^always$/;
const ASKS = /==\s*'(?:GO|NO_GO)'|\beq\([^)]*'(?:GO|NO_GO)'/;
const MERGES = /\bgreenlight\s+merge\b/;

export const runsWhateverTheGateSaid: Rule = {
  id: 'runs-whatever-the-gate-said',
  remedy: "Add == 'GO' to its condition, or leave the condition out.",
  find: (document) => {
    const jobs = jobsOf(document);
    const gates = jobs.filter(({ place }) => namesGate(place, document)).map(({ name }) => name);
    const inScripts = hitsInScripts(
      document,
      'moved-on',
      'This brings traffic over whatever the gate answered.',
    );
    const inJobs = jobs.flatMap(({ place, needs }): readonly Hit[] => {
      const condition = place.at('if') ?? place.at('condition') ?? place.at('when');
      if (condition?.text === undefined || !ALWAYS.test(condition.text)) return [];
      if (ASKS.test(condition.text) || !needs.some((name) => gates.includes(name))) return [];
      // The gate itself: it names the shard that is missing, and must run to say so.
      if (MERGES.test(JSON.stringify(place.value))) return [];
      return [
        { line: condition.line, found: 'This job waits for the gate and then runs whatever it answered.' },
      ];
    });
    return [...inScripts, ...inJobs];
  },
};
