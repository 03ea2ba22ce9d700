import { hitsInScripts } from '../hits-in-scripts.ts';
import type { Rule } from '../rule.ts';

const FOUND =
  'The script can end with 0 although Greenlight did not answer GO: what runs later, or a condition that lets other codes through, has the last word.';

export const exitCodeLost: Rule = {
  id: 'exit-code-lost',
  remedy:
    'Put `set -e` above it, or make the run the last command, or read `$?` on the next line and end with it for every code but 0.',
  find: (document) => hitsInScripts(document, 'lost', FOUND),
};
