import { EVENTS } from '../contract/events/table.ts';
import { timeAt } from '../host/time-at.ts';
import { CannotTell } from './cannot-tell.ts';
import type { Control } from './control.ts';

/** Clocks that are kept differ by seconds. */
const FAR_MS = 10 * 60_000;

/**
 * Whether a time, in milliseconds since 1970, is further from ours than clocks that are kept ever are.
 * @param least where less than that matters
 */
export function isFar(now: number, least = FAR_MS): boolean {
  return Math.abs(now - Date.now()) > Math.min(least, FAR_MS);
}

/**
 * What time it is by the control address, or else by the target itself, where that is far from our own clock.
 * Milliseconds since 1970; undefined where it is not far, or nobody says.
 * @param address an IP address that is asked in place of the one that the name of `url` resolves to
 */
export async function otherClock(
  url: string,
  control: Control,
  address?: string,
): Promise<number | undefined> {
  const other = (await control.time?.()) ?? (await timeAt(url, address))?.now;
  return other !== undefined && isFar(other) ? other : undefined;
}

/** For what rests on our clock where another one says otherwise. @param what was to be told by it */
export function doubtfulClock(what: string, other: number): CannotTell {
  const { words, remedy } = EVENTS['own-clock'];
  const both = `here it is ${new Date().toISOString()}, there ${new Date(other).toISOString()}`;
  return new CannotTell('own-clock', `${what}: ${words} (${both})`, { remedy });
}
