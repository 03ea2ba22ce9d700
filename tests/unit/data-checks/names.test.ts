import { expect, test } from 'vitest';
import { matchName, parseTableName, quoteIdent, quoteLiteral } from '../../../data-checks/postgres/names.ts';

test.each([
  ['orders', undefined, 'orders'],
  [' shop.orders ', 'shop', 'orders'],
  ['"Order Line"', undefined, 'Order Line'],
  ['shop."a.b"', 'shop', 'a.b'],
  ['"sh""op".x', 'sh"op', 'x'],
  ['größe', undefined, 'größe'],
])('%s is read as written', (text, schema, table) => {
  const name = parseTableName(text);
  expect(name.schema?.text).toBe(schema);
  expect(name.table.text).toBe(table);
});

test.each(['', 'a.b.c', 'a b', '"open', 'a.', '.a', 'a; drop table b'])('%j is refused by name', (text) => {
  expect(() => parseTableName(text)).toThrow(`"${text}"`);
});

test('the exact spelling wins over the folded one, and quotes forbid folding', () => {
  expect(matchName({ text: 'Order', quoted: false }, ['order', 'Order'])).toBe('Order');
  expect(matchName({ text: 'Order', quoted: false }, ['order'])).toBe('order');
  expect(matchName({ text: 'Order', quoted: true }, ['order'])).toBeUndefined();
});

test('quoting doubles what would end it', () => {
  expect(quoteIdent('a"b')).toBe('"a""b"');
  expect(quoteLiteral("o'clock")).toBe("'o''clock'");
});
