import type { Rule } from '../rule.ts';

export const gateAbsent: Rule = {
  id: 'gate-absent',
  remedy: 'Run Greenlight here, or ask its gate, before traffic moves on; docs/deploy has a complete file.',
  find: (document) =>
    document.kind.hasGate(document)
      ? []
      : [{ line: document.line, found: 'Nothing here can stop a deploy.' }],
};
