import { runsGate } from '../shell-script.ts';
import type { Rule } from '../rule.ts';

export const pipeHidesExitCode: Rule = {
  id: 'pipe-hides-exit-code',
  remedy: 'Put `set -o pipefail` above it (GitHub: `shell: bash`), or write to a file instead of a pipe.',
  find: ({ scripts }) =>
    scripts.flatMap(({ lines, pipefail }) =>
      lines
        .filter(({ text }) => !pipefail && runsGate(text) && /greenlight[^|]*[^|]\|(?!\|)/.test(text))
        .map(({ line }) => ({ line, found: 'The exit code is that of the last part of the pipe.' })),
    ),
};
