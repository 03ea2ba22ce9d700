import { describe, expect, test } from 'vitest';
import { agree, withPolicy } from '../../../data-checks/mysql/agree.ts';
import { decimalOf } from '../../../data-checks/mysql/decimal-value.ts';
import { jsonDocument } from '../../../data-checks/mysql/json-document.ts';
import type { Column } from '../../../data-checks/postgres/catalog.ts';

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

  test('that round are not carried out rather than carried out wrongly', () => {
    expect(withPolicy(agreed('decimal', 'numeric'), { scale: 2 })).toBeUndefined();
    expect(
      withPolicy(agreed('datetime', 'timestamp'), { moments: { to: 'second', by: 'round' } }),
    ).toBeUndefined();
  });
});
