import { expect, test } from 'vitest';
import { sqlBoolean, sqlMoment, sqlNumber } from '../../../../contract/ports/sql-rows.ts';
import { SqlText } from '../../../../contract/plan/sql-database.ts';

test('numbers, truth values and moments are read from what servers write', () => {
  expect([sqlNumber('12.50'), sqlNumber('-3'), sqlNumber('1e3')]).toEqual([12.5, -3, 1000]);
  expect([sqlNumber(null), sqlNumber(''), sqlNumber('12 %'), sqlNumber('NaN')]).toEqual(
    Array(4).fill(undefined),
  );
  expect([sqlBoolean('t'), sqlBoolean('1'), sqlBoolean('ON')]).toEqual([true, true, true]);
  expect([sqlBoolean('f'), sqlBoolean('0'), sqlBoolean('off')]).toEqual([false, false, false]);
  expect([sqlBoolean('maybe'), sqlBoolean(null)]).toEqual([undefined, undefined]);
  const at = Date.parse('2026-11-20T02:00:00Z');
  expect(sqlMoment('2026-11-20 02:00:00')).toBe(at);
  expect(sqlMoment('2026-11-20 03:00:00+01')).toBe(at);
  expect(sqlMoment('2026-11-20 02:00:00.25+00')).toBe(at + 250);
  expect(sqlMoment('2026-11-20T07:30:00+05:30')).toBe(at);
  expect([sqlMoment('yesterday'), sqlMoment('12'), sqlMoment(null)]).toEqual(Array(3).fill(undefined));
});

test('a statement of the plan is one that reads', () => {
  const fits = (text: string): boolean => SqlText.safeParse(text).success;
  expect(['select 1', ' with a as (select 1) select * from a;', "select ';x'"].map(fits)).toEqual([
    true,
    true,
    true,
  ]);
  expect(['delete from a', 'select 1; drop table a', "select 1 into outfile '/x'"].map(fits)).toEqual([
    false,
    false,
    false,
  ]);
});
