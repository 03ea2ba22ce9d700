import { expect, test } from 'vitest';
import { uptimeWords } from '../../../../reporters/history/uptime.ts';

test('what failed once in a year is not rounded up to all of it', () => {
  expect(uptimeWords(105_119 / 105_120)).toBe('99.99 %');
  expect(uptimeWords(1)).toBe('100 %');
  expect(uptimeWords(2 / 3)).toBe('66.67 %');
  expect(uptimeWords(null)).toBe('not known');
});
