import { canonicalJson } from '../../contract/evidence/canonical.ts';
import type { CellDifference } from '../postgres/rows/table-diff.ts';
import type { KnownSide } from './inventory.ts';

interface Values {
  readonly old: string | null;
  readonly new: string | null;
}

interface Policy {
  /** As the plan takes it. */
  readonly text: string;
  /** MariaDB and MySQL can't be asked to round. */
  readonly postgresOnly?: true;
  readonly makesEqual: (values: Values) => boolean;
}

/** Policies from the narrowest on: the first under which every pair is equal is the one that accepts the least. */
const POLICIES: readonly Policy[] = [
  { text: `{ nullIs: '' }`, makesEqual: ({ old, new: next }) => (old ?? '') === (next ?? '') },
  { text: `{ trim: 'end' }`, makesEqual: texts((text) => text.trimEnd()) },
  { text: `{ trim: 'both' }`, makesEqual: texts((text) => text.trim()) },
  {
    text: `{ letterCase: 'ignore' }`,
    makesEqual: texts((text) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())),
  },
  { text: `{ json: 'document' }`, makesEqual: texts(documentOf) },
  { text: `{ scale: 'any' }`, makesEqual: texts((text) => decimal(text)?.replace(/\.?0+$/, '')) },
  ...[4, 3, 2, 1, 0].map((scale): Policy => ({
    text: `{ scale: ${scale} }`,
    postgresOnly: true,
    makesEqual: texts((text) => (decimal(text) === undefined ? undefined : Number(text).toFixed(scale))),
  })),
  ...(['millisecond', 'second'] as const).map((to): Policy => ({
    text: `{ moments: { to: '${to}', by: 'truncate' } }`,
    makesEqual: texts((text) => cutMoment(text, to)),
  })),
];

/**
 * The policy, as TypeScript, under which all these cells would be equal; undefined where there is none, or where values
 * are not known. A guess by what was looked at: others may differ otherwise.
 */
export function policyFor(
  cells: readonly CellDifference[],
  dialect: KnownSide['dialect'],
): string | undefined {
  const pairs = cells.flatMap(({ old, new: next }): Values[] =>
    old === undefined || next === undefined ? [] : [{ old, new: next }],
  );
  if (pairs.length === 0 || pairs.length < cells.length) return undefined;
  return POLICIES.find(
    (policy) =>
      (dialect === 'postgres' || policy.postgresOnly !== true) &&
      pairs.every((pair) => policy.makesEqual(pair)),
  )?.text;
}

/** Equal once both are brought into one form; a form that a text does not have is no equality. */
function texts(form: (text: string) => string | undefined): Policy['makesEqual'] {
  return ({ old, new: next }) => {
    if (old === null || next === null) return false;
    const [a, b] = [form(old), form(next)];
    return a !== undefined && a === b;
  };
}

function decimal(text: string): string | undefined {
  if (!/^-?\d+(?:\.\d+)?$/.test(text)) return undefined;
  return text.includes('.') ? text : `${text}.0`;
}

function documentOf(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return canonicalJson(JSON.parse(text));
  } catch {
    // Cut short, or no JSON at all: then it says nothing.
    return undefined;
  }
}

/** `2026-11-20 02:00:00.123456+00` to the second or millisecond. */
function cutMoment(text: string, to: 'second' | 'millisecond'): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.(\d+))?(.*)$/.exec(text);
  if (match === null) return undefined;
  const [, moment = '', fraction = '', zone = ''] = match;
  return `${moment}${to === 'second' ? '' : `.${fraction.padEnd(3, '0').slice(0, 3)}`}${zone}`;
}
