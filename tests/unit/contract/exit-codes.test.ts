import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { EXIT, exitCodeOf } from '../../../contract/exit-codes.ts';
import type { Outcome } from '../../../contract/evidence/outcome.ts';

test.each<[readonly Outcome[], number]>([
  [[], EXIT.INCONCLUSIVE],
  [['pass', 'pass'], EXIT.GO],
  [['pass', 'not-applicable'], EXIT.INCONCLUSIVE],
  [['unknown', 'pass'], EXIT.INCONCLUSIVE],
  [['unknown', 'fail', 'pass'], EXIT.NO_GO],
])('%j ends with %i', (outcomes, code) => expect(exitCodeOf(outcomes)).toBe(code));

test('nothing but the one function ends with 10', () => {
  const root = path.resolve(import.meta.dirname, '../../..');
  // The second one prints the table of codes in --help.
  const mayName = ['contract/exit-codes.ts', 'scripts/program.ts'];
  const rooms = [
    'contract',
    'host',
    'safety',
    'checks',
    'suites',
    'data-checks',
    'load',
    'slo',
    'reporters',
    'signing',
    'gate',
    'run',
    'scripts',
  ];
  const own = rooms
    .flatMap((room) =>
      readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' }).map(
        (file) => `${room}/${file}`,
      ),
    )
    .filter((file) => file.endsWith('.ts') && !mayName.includes(file));
  expect(own.length).toBeGreaterThan(300);
  const others = own.filter((file) =>
    /EXIT\.NO_GO|EXIT_OF_DECISION|(?:finish|exit)\(10\)|exitCode = 10/.test(
      readFileSync(path.join(root, file), 'utf8'),
    ),
  );
  expect(others, 'use exitCodeOf, and the judge where a policy weighs').toEqual([]);
});
