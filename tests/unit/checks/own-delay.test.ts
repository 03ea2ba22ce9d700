import { expect, test } from 'vitest';
import { watchOwnDelay } from '../../../checks/own-delay.ts';

test('a stop of the process is counted, the lateness of any timer is not', () => {
  let clock = 0;
  const delay = watchOwnDelay(() => clock);
  clock += 120;
  expect(delay.lostMs()).toBe(0);
  clock += 8050;
  expect(delay.lostMs()).toBe(8000);
  clock += 60;
  expect(delay.lostMs()).toBe(8000);
  delay.stop();
});
