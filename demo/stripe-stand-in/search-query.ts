import { invalidRequest } from './api-error.ts';

/** What a search can ask about. */
export interface Searchable {
  readonly amount: number;
  readonly created: number;
  readonly currency: string;
  readonly status: string;
  readonly metadata: Readonly<Record<string, string>>;
}

type Test = (object: Searchable) => boolean;

const CLAUSE =
  /^(-?)(?:(metadata)\[(?:"([^"]+)"|'([^']+)')\]|(amount|created|currency|status))\s*(:|~|>=|<=|>|<)\s*(?:"([^"]*)"|'([^']*)'|(\d+|null))\s*/;
const JOINT = /^(AND|OR)\s+/i;

/**
 * Reads a query of Stripe's search language: `metadata['order']:'42' AND status:'succeeded'`.
 * Clauses joined by AND, or by OR, not by both. Unlike Stripe's, whose index lags, it sees what was just written.
 * @throws ApiError when it cannot be read
 */
export function parseSearch(query: string): Test {
  const tests: Test[] = [];
  let joint: string | undefined;
  let rest = query.trim();
  for (;;) {
    const clause = CLAUSE.exec(rest);
    if (!clause) throw unreadable(query);
    tests.push(testOf(clause, query));
    rest = rest.slice(clause[0].length);
    if (rest === '') break;
    const next = JOINT.exec(rest);
    // Without a joint, a space means AND.
    const word = (next?.[1] ?? 'AND').toUpperCase();
    if (joint !== undefined && word !== joint) {
      throw invalidRequest('A search query cannot combine AND and OR.', { param: 'query' });
    }
    joint = word;
    rest = rest.slice(next?.[0].length ?? 0);
  }
  return joint === 'OR'
    ? (object) => tests.some((test) => test(object))
    : (object) => tests.every((test) => test(object));
}

function testOf(clause: RegExpExecArray, query: string): Test {
  const [, negation, meta, doubleKey, singleKey, field, operator, double, single, bare] = clause;
  const wanted = double ?? single ?? bare ?? '';
  const valueOf = (object: Searchable): string | number | undefined =>
    meta ? object.metadata[doubleKey ?? singleKey ?? ''] : object[field as 'amount'];
  const numeric = field === 'amount' || field === 'created';
  if (numeric && (operator === '~' || Number.isNaN(Number(wanted)))) throw unreadable(query);
  if (!numeric && operator !== ':' && operator !== '~') throw unreadable(query);
  const test = (object: Searchable): boolean => {
    const value = valueOf(object);
    if (bare === 'null') return value === undefined;
    if (value === undefined) return false;
    if (operator === '~') return String(value).toLowerCase().includes(wanted.toLowerCase());
    if (operator === ':') return String(value).toLowerCase() === wanted.toLowerCase();
    const [a, b] = [Number(value), Number(wanted)];
    if (operator === '>') return a > b;
    if (operator === '<') return a < b;
    return operator === '>=' ? a >= b : a <= b;
  };
  return negation === '-' ? (object) => !test(object) : test;
}

function unreadable(query: string): Error {
  return invalidRequest(
    `We were unable to parse your search query: ${query}. Try using the format \`metadata["key"]:"value"\`.`,
    { param: 'query' },
  );
}
