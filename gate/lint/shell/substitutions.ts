import type { Node } from './grammar.ts';

/** `$( … )`, backticks and `<( … )` directly in a command, not those within others. */
export function substitutions(node: Node): readonly Node[] {
  return node.namedChildren.flatMap((child) =>
    child.type === 'command_substitution' || child.type === 'process_substitution'
      ? [child]
      : substitutions(child),
  );
}
