import { runsGate } from '../shell-script.ts';
import type { Rule } from '../rule.ts';

export const exitCodeLost: Rule = {
  id: 'exit-code-lost',
  remedy: 'Put `set -e` above it, or make the run the last command, or read `$?` on the next line.',
  find: ({ scripts }) =>
    scripts.flatMap(({ lines, strict }) => {
      if (strict) return [];
      return lines
        .filter(({ text }, index) => {
          const next = lines[index + 1];
          if (next === undefined || !runsGate(text)) return false;
          const guarded = /^\s*(?:if|elif|while|until|exec)\b|&&|\|\||\$\?/.test(text);
          return !guarded && !next.text.includes('$?') && !/^\s*(?:fi|done|esac|\})\s*$/.test(next.text);
        })
        .map(({ line }) => ({
          line,
          found: 'Only the exit code of the last command counts, and this is not the last one.',
        }));
    }),
};
