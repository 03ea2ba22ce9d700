import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { agree, withPolicy } from '../../../data-checks/mysql/agree.ts';
import { openMysqlComparison } from '../../../data-checks/mysql/diff-from-mysql.ts';
import { decimalOf } from '../../../data-checks/mysql/decimal-value.ts';
import { jsonDocument } from '../../../data-checks/mysql/json-document.ts';
import type { Column } from '../../../data-checks/postgres/catalog.ts';
import { openSession } from '../../../data-checks/postgres/session.ts';

test.each([
  ['1.50', '1.5'],
  ['-0.00', '0'],
  ['15e-1', '1.5'],
  ['1E3', '1000'],
  ['1.234e1', '12.34'],
  ['0.001e2', '0.1'],
  ['NaN', undefined],
  ['', undefined],
  ['1e999999999', undefined],
])('the number %s is %s', (text, value) => {
  expect(decimalOf(text)).toBe(value);
});

describe('JSON as a document', () => {
  test.each([
    ['{"b":1.0,"a":[true,null,"x"]}', ' { "a" : [ true , null, "\\u0078" ], "b" : 1 } '],
    ['{"a":1,"a":2}', '{"a":2}'],
    ['1e2', '100'],
    ['{}', '{ }'],
    ['[]', '[ ]'],
  ])('%s and %s are the same', (a, b) => {
    expect(jsonDocument(a)).toBe(jsonDocument(b));
    expect(jsonDocument(a)).toBeDefined();
  });

  test.each([
    ['9007199254740993', '9007199254740992'],
    ['"1"', '1'],
    ['[1,2]', '[2,1]'],
    ['{"a":null}', '{}'],
    ['"a\\"b"', '"ab"'],
  ])('%s and %s are not', (a, b) => {
    expect(jsonDocument(a)).not.toBe(jsonDocument(b));
  });

  test.each(['', '{', '[1,]', '{"a"}', '01', 'tru', '"x', '1 2', "{'a':1}", '['.repeat(5000)])(
    '%s is none',
    (text) => {
      expect(jsonDocument(text)).toBeUndefined();
    },
  );
});

describe('policies', () => {
  const column = { name: 'c', precision: 0, text: true };
  const agreed = (type: string, builtIn: string) =>
    agree({ ...column, type, shown: type }, { name: 'c', builtIn, sort: 'b', shown: builtIn } as Column) ??
    expect.unreachable();
  const apply = (
    type: string,
    builtIn: string,
    policy: Parameters<typeof withPolicy>[1],
    text: string,
  ): string => String(withPolicy(agreed(type, builtIn), policy)?.new(text));

  test('cut moments, blanks and case', () => {
    const cut = (to: 'second' | 'millisecond') => ({ moments: { to, by: 'truncate' } }) as const;
    expect(apply('datetime', 'timestamp', cut('second'), '2024-01-01 10:00:00.9')).toBe(
      '2024-01-01 10:00:00',
    );
    expect(apply('datetime', 'timestamp', cut('millisecond'), '2024-01-01 10:00:00.5')).toBe(
      '2024-01-01 10:00:00.5',
    );
    expect(apply('datetime', 'timestamp', cut('millisecond'), '2024-01-01 10:00:00.1239')).toBe(
      '2024-01-01 10:00:00.123',
    );
    expect(apply('varchar', 'text', { trim: 'end', letterCase: 'ignore' }, ' AÉ  ')).toBe(' aÉ');
    expect(apply('varchar', 'text', { trim: 'both' }, ' a  ')).toBe('a');
  });

  test.each([
    ['decimal', 'numeric', { moments: { to: 'second', by: 'truncate' } }],
    ['varchar', 'text', { moments: { to: 'second', by: 'truncate' } }],
    ['date', 'date', { moments: { to: 'millisecond', by: 'truncate' } }],
    ['varbinary', 'bytea', { trim: 'end' }],
    ['int', 'int4', { trim: 'both' }],
    ['json', 'jsonb', { letterCase: 'ignore' }],
    ['varchar', 'text', { json: 'document' }],
    ['varchar', 'text', { scale: 'any' }],
  ] as const)('of %s and %s that are meant for another type are refused: %j', (type, builtIn, policy) => {
    expect(withPolicy(agreed(type, builtIn), policy)).toBeUndefined();
  });

  test('that are meant for the type are taken', () => {
    const cut = { moments: { to: 'second', by: 'truncate' } } as const;
    expect(apply('time', 'time', cut, '10:00:00.9')).toBe('10:00:00');
    expect(apply('timestamp', 'timestamptz', cut, '2024-01-01 10:00:00.9+00')).toBe('2024-01-01 10:00:00');
    expect(apply('json', 'jsonb', { json: 'document' }, '{ }')).toBe('{}');
    expect(apply('decimal', 'numeric', { scale: 'any' }, '1.50')).toBe('1.5');
  });

  test('that round are not carried out rather than carried out wrongly', () => {
    expect(withPolicy(agreed('decimal', 'numeric'), { scale: 2 })).toBeUndefined();
    expect(
      withPolicy(agreed('datetime', 'timestamp'), { moments: { to: 'second', by: 'round' } }),
    ).toBeUndefined();
  });
});

test.each(['mysql://app:hunter2@[host/shop', 'mysql://app:hunter2@host:99999/shop'])(
  'an address that is none does not show its password, wherever the error goes (%#)',
  async (url) => {
    const error = await openMysqlComparison({ old: url, new: url }).catch((cause: unknown) => cause);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter2');
    expect(String(error)).toContain('not a URL');
    const postgres = url.replace('mysql', 'postgres');
    const other = await openSession({ url: postgres, statementTimeoutMs: 1 }).catch(
      (cause: unknown) => cause,
    );
    expect(inspect(other, { depth: 9, showHidden: true })).not.toContain('hunter2');
    expect(other).toBeInstanceOf(Error);
  },
);
