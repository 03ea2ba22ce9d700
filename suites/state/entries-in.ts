import { refuseValue, valueAt } from './read-document.ts';

/**
 * The entries of a document by their names: of a list, in which each has its name, or of an object.
 * @throws CannotTell where there is neither
 */
export function entriesIn(body: unknown, path: string, nameAt: string): ReadonlyMap<string, unknown> {
  const place = valueAt(body, path);
  if (typeof place !== 'object' || place === null) return refuseValue(path, place, 'a list or an object');
  if (!Array.isArray(place)) return new Map(Object.entries(place));
  return new Map(
    place.map((entry: unknown) => {
      const name = valueAt(entry, nameAt);
      if (typeof name !== 'string') return refuseValue(`${path}.*.${nameAt}`, name, 'a name');
      return [name, entry] as const;
    }),
  );
}
