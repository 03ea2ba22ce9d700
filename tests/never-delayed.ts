import type { OwnDelay } from '../checks/own-delay.ts';

/**
 * For tests with budgets of milliseconds: beside other work this process does stand still for a while, and what is said
 * then is right, but about the machine.
 */
export function neverDelayed(): OwnDelay {
  return { lostMs: () => 0, stop: () => undefined };
}
