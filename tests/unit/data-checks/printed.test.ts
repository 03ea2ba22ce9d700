import { describe, expect, test } from 'vitest';
import { comparePrinted } from '../../../data-checks/postgres/state/printed/compare-printed.ts';
import { tokensOf } from '../../../data-checks/postgres/state/printed/tokens.ts';
import { sameZone } from '../../../data-checks/postgres/state/kept/zone.ts';

const WRITTEN = `CHECK ((((status)::text = ANY ((ARRAY['new'::character varying, 'paid'::character varying])::text[])) AND ((n >= 1) AND (n <= 10)) AND (NOT b)))`;
const LOADED = `CHECK ((((status)::text = ANY (ARRAY[('new'::character varying)::text, ('paid'::character varying)::text])) AND (n >= 1) AND (n <= 10) AND (NOT b)))`;

/** Each as a server printed it before and after a dump was loaded. */
const SAME: readonly (readonly [string, string, string])[] = [
  ['a list of varchar', WRITTEN, LOADED],
  [
    'a list of lists',
    `(x = (ARRAY[ARRAY['a'::character varying, v]])::text[])`,
    `(x = ARRAY[ARRAY[('a'::character varying)::text, (v)::text]])`,
  ],
  ['numbers', `((ARRAY[1, 2])::numeric[] @> x)`, `(ARRAY[(1)::numeric, (2)::numeric] @> x)`],
  [
    'a type with a length',
    `(x = ((ARRAY['a'::bpchar, (v)::bpchar])::character varying(20)[]))`,
    `(x = (ARRAY[('a'::bpchar)::character varying(20), ((v)::bpchar)::character varying(20)]))`,
  ],
  ['OR within OR', `((a OR (b OR c)) AND d)`, `((a OR b OR c) AND d)`],
  ['BETWEEN first', `(((n >= 1) AND (n <= 2)) AND c)`, `((n >= 1) AND (n <= 2) AND c)`],
  ['a name that became a keyword', `(("system_user" = 'x'::text))`, `((system_user = 'x'::text))`],
  ['white space', `SELECT a\n   FROM s.t`, ` SELECT a FROM s.t`],
  [
    'columns of the only table',
    `SELECT t.a, max(t.b) FROM s.t WHERE (t.c IS DISTINCT FROM t.d)`,
    `SELECT a, max(b) FROM s.t WHERE (c IS DISTINCT FROM d)`,
  ],
];

describe('two prints of one definition', () => {
  test.each(SAME)('are the same: %s', (_, before, after) => {
    expect(comparePrinted(before, after)).toBe('same');
    expect(comparePrinted(after, before)).toBe('same');
  });

  test.each([
    [WRITTEN, WRITTEN.replace('10', '100')],
    [WRITTEN, LOADED.replace('10', '100')],
    [WRITTEN, LOADED.replace('paid', 'gone')],
    [WRITTEN, LOADED.replace(`, ('paid'::character varying)::text`, '')],
    [WRITTEN, LOADED.replace('>=', '>')],
    [WRITTEN, LOADED.replace('ANY', 'ALL')],
    [WRITTEN, LOADED.replace('AND (n <= 10)', 'OR (n <= 10)')],
    [WRITTEN, LOADED.replace(' AND (NOT b)', '')],
    [WRITTEN, LOADED.replace('(n <=', '(m <=')],
    [`('a b'::text)`, `('ab'::text)`],
    [`'x.a'::text`, `'a'::text`],
    [`(lower(a) = b)`, `(upper(a) = b)`],
    [`((a)::integer > 1)`, `((a)::bigint > 1)`],
    [`SELECT a.x FROM s.a, s.b`, `SELECT b.x FROM s.a, s.b`],
    [`SELECT x FROM s.a LIMIT 10`, `SELECT x FROM s.a LIMIT 100`],
    [`("Mixed" > 1)`, `(mixed > 1)`],
    [`E'a\\'b'::text`, `E'a\\'c'::text`],
    [`(old.a > 1)`, `(new.a > 1)`],
  ])('that say something else are never the same, and the change is proved: %s', (before, after) => {
    expect(comparePrinted(before, after)).toBe('changed');
    expect(comparePrinted(after, before)).toBe('changed');
  });

  test.each([
    ['brackets that may matter', `((a AND b) OR c)`, `(a AND (b OR c))`],
    ['a list of rows for one value', `(x = ANY ((SELECT l FROM s.t)))`, `(x = ANY (SELECT l FROM s.t))`],
    ['a cast more', `((a)::text = 'x'::text)`, `(a = 'x'::text)`],
    ['another order', `((a > 1) AND (b > 2))`, `((b > 2) AND (a > 1))`],
    ['a CASE within', `(CASE WHEN a THEN b ELSE c END AND d)`, `((CASE WHEN a THEN b ELSE c END) AND (d))`],
  ])('that nobody can tell apart are never the same: %s', (_, before, after) => {
    expect(comparePrinted(before, after)).not.toBe('same');
  });

  test('a relation that WITH names is not one with a schema', () => {
    const old = `WITH t AS (SELECT 1 AS a) SELECT a FROM s.t`;
    expect(comparePrinted(old, old.replace('s.t', 't'))).not.toBe('same');
  });

  test('no single word, value, operator or bracket can be changed or left out unseen', () => {
    const [print] = SAME.map(([, before]) => before);
    const tokens = tokensOf(print ?? '');
    const texts = tokens.map(({ text }) => text);
    for (const [index, token] of tokens.entries()) {
      const others =
        token.kind === 'word'
          ? ['other']
          : token.kind === 'text'
            ? [`'other'`]
            : token.kind === 'number'
              ? ['77']
              : token.kind === 'operator'
                ? ['<>']
                : [];
      for (const other of others) {
        expect(
          comparePrinted(print ?? '', texts.with(index, other).join(' ')),
          `${index} ${token.text}`,
        ).not.toBe('same');
      }
      if (token.kind === 'open' || token.kind === 'close') continue;
      expect(
        comparePrinted(print ?? '', texts.toSpliced(index, 1).join(' ')),
        `without ${index} ${token.text}`,
      ).not.toBe('same');
    }
  });
});

test.each([
  ['Etc/UTC', 'UTC'],
  ['utc', 'Etc/Universal'],
  ['Asia/Calcutta', 'Asia/Kolkata'],
])('%s and %s are one zone', (one, other) => {
  expect(sameZone(one)).toBe(sameZone(other));
});

test.each([
  ['UTC', 'Europe/London'],
  ['Europe/Berlin', 'Europe/Paris'],
  ['<+03>-3', '<+02>-2'],
])('%s and %s are two zones', (one, other) => {
  expect(sameZone(one)).not.toBe(sameZone(other));
});
