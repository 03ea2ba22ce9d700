import { expect, test } from 'vitest';
import { parseRunRecords, RunRecord } from '../../../../contract/history/run-record.ts';
import { runRecord } from '../../../history/run-record.ts';

const line = (run: string): string => JSON.stringify(runRecord({ run }));

test('every record of a whole history is read, in its order', () => {
  const read = parseRunRecords(`${line('a')}\n\n${line('b')}\n`);
  expect(read.records.map(({ run }) => run)).toEqual(['a', 'b']);
  expect(read).toMatchObject({ damaged: [], tailDamaged: false });
});

test('a torn tail costs one record and is told', () => {
  const read = parseRunRecords(`${line('a')}\n${line('b').slice(0, 200)}`);
  expect(read.records.map(({ run }) => run)).toEqual(['a']);
  expect(read).toMatchObject({
    damaged: [{ line: 2, problem: 'is cut short or no JSON' }],
    tailDamaged: true,
  });
});

test('a damaged line in the middle costs itself, and what was written after it is read', () => {
  const read = parseRunRecords(`${line('a')}\n{"schema":"other/1"}\n\u0000\u0000\n${line('b')}\n`);
  expect(read.records.map(({ run }) => run)).toEqual(['a', 'b']);
  expect(read.damaged.map(({ line: at }) => at)).toEqual([2, 3]);
  expect(read.damaged[0]?.problem).toContain('schema');
  expect(read.tailDamaged).toBe(false);
});

test('keys of a newer version are passed over, and a decision that we do not know is none', () => {
  const newer = { ...runRecord({ run: 'a' }), later: true };
  expect(parseRunRecords(JSON.stringify(newer)).records).toHaveLength(1);
  expect(RunRecord.safeParse({ ...newer, decision: 'MAYBE' }).success).toBe(false);
});
