import { describe, expect, test } from 'vitest';
import { keysOfPointer, valueAt, valueAtKeys } from '../../../../contract/flow/value-at.ts';

const body = { data: [{ count: 3, 'a.b': 1 }], empty: null, 'a/b': { '~': 2 }, text: 'four' };

describe('a dotted path', () => {
  test.each<[string, unknown]>([
    ['$', body],
    ['data.0.count', 3],
    ['$.data.0.count', 3],
    ['empty', null],
    ['empty.count', undefined],
    ['data.1.count', undefined],
    ['data.length', 1],
    ['text.length', undefined],
    ['constructor', undefined],
    ['data.0.toString', undefined],
  ])('%s', (path, value) => {
    expect(valueAt(body, path)).toEqual(value);
  });
});

test.each<[string, unknown]>([
  ['', body],
  ['/data/0/count', 3],
  ['/data/0/a.b', 1],
  ['/a~1b/~0', 2],
  ['/constructor', undefined],
])('the pointer %j', (pointer, value) => {
  expect(valueAtKeys(body, keysOfPointer(pointer))).toEqual(value);
});

test('escapes of an address come before those of a pointer', () => {
  expect(valueAtKeys(body, keysOfPointer('/a%7E1b/%7E0', decodeURIComponent))).toBe(2);
});
