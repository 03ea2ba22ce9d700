import type { Place } from './place.ts';

/** Whether Greenlight is run or asked anywhere below. */
export function namesGate(place: Place): boolean {
  return /greenlight|\/v1\/(?:verdict|argo|azure)\b/i.test(JSON.stringify(place.value));
}
