import { expect, test } from 'vitest';
import { sideUnavailable, Unavailable } from '../../../contract/cannot-tell.ts';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { unavailable } from '../../../data-checks/connection.ts';

test('a side that cannot be asked is named, one that nobody knows is not, and what was said stays as it was', () => {
  const said = new PortUnavailable('records', 'the old database: no route', 'Look.');
  expect(unavailable(said)).toBe(said);
  expect(unavailable(sideUnavailable('new', new Error('no route')))?.message).toContain(
    'the new database: no route',
  );
  const unnamed = unavailable(new Unavailable('no route'))?.message;
  expect(unnamed).toContain('no route');
  expect(unnamed).not.toContain('undefined');
  expect(unavailable(new Error('a defect of ours'))).toBeUndefined();
});
