import { hitsInScripts } from '../hits-in-scripts.ts';
import type { Rule } from '../rule.ts';

export const pipeHidesExitCode: Rule = {
  id: 'pipe-hides-exit-code',
  remedy: 'Put `set -o pipefail` above it (GitHub: `shell: bash`), or write to a file instead of a pipe.',
  find: (document) => hitsInScripts(document, 'pipe', 'The exit code is that of the last part of the pipe.'),
};
