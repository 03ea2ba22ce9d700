import type { Place } from '../place.ts';

/** Whether Greenlight is run or asked anywhere below. */
export function namesGate(place: Place): boolean {
  return /greenlight|\/v1\/verdict/i.test(JSON.stringify(place.value));
}
