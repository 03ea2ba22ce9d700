import type { Node } from './grammar.ts';

/** True, false, or undefined for what nobody knows before it runs. */
export type Truth = boolean | undefined;

export function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}

const COMPARES: Readonly<Record<string, (a: string, b: string) => boolean>> = {
  '-eq': (a, b) => Number(a) === Number(b),
  '-ne': (a, b) => Number(a) !== Number(b),
  '-lt': (a, b) => Number(a) < Number(b),
  '-le': (a, b) => Number(a) <= Number(b),
  '-gt': (a, b) => Number(a) > Number(b),
  '-ge': (a, b) => Number(a) >= Number(b),
  '<': (a, b) => Number(a) < Number(b),
  '<=': (a, b) => Number(a) <= Number(b),
  '>': (a, b) => Number(a) > Number(b),
  '>=': (a, b) => Number(a) >= Number(b),
  '=': (a, b) => matches(a, b),
  '==': (a, b) => matches(a, b),
  '!=': (a, b) => !matches(a, b),
};

function compare(operator: string, left: string | undefined, right: string | undefined): Truth {
  const known = COMPARES[operator];
  return known === undefined || left === undefined || right === undefined ? undefined : known(left, right);
}

function ofOne(operator: string, value: string | undefined): Truth {
  if (value === undefined) return undefined;
  if (operator === '-n') return value !== '';
  return operator === '-z' ? value === '' : undefined;
}

/** `test a -eq b`, `[ … ]` by its words. */
export function truthOfWords(words: readonly (string | undefined)[]): Truth {
  const [first, second, third] = words;
  if (first === '!') return not(truthOfWords(words.slice(1)));
  const joint = words.findIndex((word) => word === '-a' || word === '-o');
  if (joint > 0) {
    const [left, right] = [truthOfWords(words.slice(0, joint)), truthOfWords(words.slice(joint + 1))];
    return words[joint] === '-a' ? both(left, right) : not(both(not(left), not(right)));
  }
  if (words.length === 1) return ofOne('-n', first);
  if (words.length === 2 && first !== undefined) return ofOne(first, second);
  return words.length === 3 && second !== undefined ? compare(second, first, third) : undefined;
}

export function both(left: Truth, right: Truth): Truth {
  if (left === false || right === false) return false;
  return left === undefined || right === undefined ? undefined : true;
}

/** The expression of `[[ … ]]`, `[ … ]` or `(( … ))`. @param value what a word stands for */
export function truthOf(node: Node, value: (word: Node) => string | undefined): Truth {
  switch (node.type) {
    case 'binary_expression': {
      const [left, right] = [node.childForFieldName('left'), node.childForFieldName('right')];
      const operator = node.childForFieldName('operator')?.text ?? node.children[1]?.text ?? '';
      if (left === null || right === null) return undefined;
      if (operator === '&&' || operator === '-a') return both(truthOf(left, value), truthOf(right, value));
      if (operator === '||' || operator === '-o')
        return not(both(not(truthOf(left, value)), not(truthOf(right, value))));
      return compare(operator, value(left), value(right));
    }
    case 'unary_expression': {
      const operand = node.namedChildren.find((child) => child.type !== 'test_operator');
      const operator = node.children[0]?.text ?? '';
      if (operand === undefined) return undefined;
      return operator === '!' ? not(truthOf(operand, value)) : ofOne(operator, value(operand));
    }
    case 'parenthesized_expression':
    case 'negated_command': {
      const inner = node.namedChildren[0];
      return inner === undefined ? undefined : truthOf(inner, value);
    }
    default:
      return ofOne('-n', value(node));
  }
}

/** Whether a text is of a pattern as `case` and `[[ == ]]` have it. */
export function matches(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  try {
    return new RegExp(`^(?:${source})$`, 's').test(text);
  } catch {
    // Brackets that are no class of characters: the text itself.
    return text === pattern;
  }
}
