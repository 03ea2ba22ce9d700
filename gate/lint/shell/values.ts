import type { Node } from './grammar.ts';
import type { State } from './state.ts';

/**
 * What a word stands for where it can be known from the script and the answer of the gate alone; undefined else.
 * @param decision the word that the gate answered with: `$(jq -r .decision verdict.json)` reads it
 */
export function valueOf(node: Node, state: State, decision: string | undefined): string | undefined {
  const of = (child: Node): string | undefined => valueOf(child, state, decision);
  switch (node.type) {
    case 'word':
    case 'extglob_pattern':
    case 'regex':
    case 'test_operator':
      return node.text.replace(/\\(.)/gs, '$1');
    case 'number':
    case 'string_content':
    case 'variable_name':
      return node.type === 'variable_name' ? variable(node.text, state) : node.text;
    case 'command_name':
      return node.firstChild === null ? undefined : of(node.firstChild);
    case 'raw_string':
      return node.text.slice(1, -1);
    case 'string':
      return joined(node, of, '"');
    case 'concatenation':
      return joined(node, of, undefined);
    case 'simple_expansion':
      return variable(node.text.slice(1), state);
    case 'expansion':
      return expansion(node, state, of);
    case 'command_substitution':
      return readsDecision(node.text) && state.answered ? decision : undefined;
    default:
      return undefined;
  }
}

function joined(node: Node, of: (child: Node) => string | undefined, quote: string | undefined) {
  const parts = node.children.filter(({ type }) => type !== quote).map(of);
  return parts.some((part) => part === undefined) ? undefined : parts.join('');
}

function variable(name: string, state: State): string | undefined {
  if (name === '?') return state.status?.toString();
  // The arguments of a function are kept as they stood, not as values.
  return name === '@' ? undefined : state.vars.get(name);
}

/** `${name}` and `${name:-default}`; everything else of its kind is not worked out. */
function expansion(node: Node, state: State, of: (child: Node) => string | undefined): string | undefined {
  const [, name = '', operator = '', rest = ''] =
    /^\$\{([\w?]+(?:\[\d+\])?)(:?[-+=?]?)(.*)\}$/s.exec(node.text) ?? [];
  if (name === '') return undefined;
  const value = variable(name, state);
  if (operator === '') return rest === '' ? value : undefined;
  if (/^:?[-=]$/.test(operator) && value === undefined && !state.vars.has(name)) {
    const fallback = node.namedChildren.at(-1);
    return fallback === undefined || fallback.type === 'variable_name' ? undefined : of(fallback);
  }
  return /^:?[-=]$/.test(operator) && value !== '' ? value : undefined;
}

/** A reader of the word in a verdict. */
export function readsDecision(text: string): boolean {
  return /\bjq\b.*\.(?:decision|verdict)\b/s.test(text) || /"(?:decision|verdict)"/.test(text);
}

/** A last part of a pipe, or a command, that holds exactly for GO. */
export function asksForGo(text: string): boolean {
  return (
    /\bjq\s+(?:-\w*e\w*|--exit-status)\b.*(?:decision|verdict)\s*==\s*\\?"GO\\?"/s.test(text) ||
    /^grep\s.*["']?GO\b/s.test(text)
  );
}
