import { hitsInScripts } from '../hits-in-scripts.ts';
import type { Rule } from '../rule.ts';

/** What is not followed is never called clean. */
export const notUnderstood: Rule = {
  id: 'not-understood',
  remedy:
    'Write it plainly (the run as a command of its own, its code in a variable, `case` on it), or look at it by hand.',
  find: (document) =>
    hitsInScripts(document, 'not-understood', 'Nobody can tell from here what becomes of the answer:'),
};
