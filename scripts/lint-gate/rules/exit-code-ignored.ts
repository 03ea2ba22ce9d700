import { runsGate } from '../shell-script.ts';
import type { Rule } from '../rule.ts';

const IGNORED =
  /(?:\|\|\s*(?:true\b|:(?:\s|$)|exit\s+0\b|return\s+0\b|echo\b|printf\b)|;\s*(?:true|exit\s+0)\s*$)/;

export const exitCodeIgnored: Rule = {
  id: 'exit-code-ignored',
  remedy:
    'Let the command fail the step; keep the code with `|| code=$?` if something must run in between, and end with it.',
  find: ({ scripts }) =>
    scripts.flatMap(({ lines }) =>
      lines
        .filter(({ text }) => runsGate(text) && IGNORED.test(text) && !/exit\s+["$1-9]/.test(text))
        .map(({ line }) => ({ line, found: 'The step goes on whatever Greenlight answers.' })),
    ),
};
