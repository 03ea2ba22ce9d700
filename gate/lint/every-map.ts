import type { Place } from './place.ts';

/** A mapping and every mapping below it. */
export function everyMap(place: Place): readonly Place[] {
  const below = [...place.entries.map(([, value]) => value), ...listItems(place)];
  return [...(place.entries.length > 0 ? [place] : []), ...below.flatMap(everyMap)];
}

function listItems(place: Place): readonly Place[] {
  return Array.isArray(place.value) ? place.items : [];
}
