import type { ResponseView } from '../../contract/flow/http.ts';
import { valueAt } from '../../contract/flow/value-at.ts';
import { CannotTell } from '../cannot-tell.ts';
import { refusePart, refuseValue } from './read-document.ts';

/**
 * The entries of a document by their names: of a list, in which each has its name, or of an object.
 * @param wanted names that somebody asks for
 * @throws CannotTell where there is neither, a wanted one stands there twice, so that the last one would hide the others,
 *   or is not there, and the list goes on
 */
export function entriesIn(
  answer: ResponseView,
  path: string,
  nameAt: string,
  wanted: readonly string[],
): ReadonlyMap<string, unknown> {
  const place = valueAt(answer.body, path);
  if (typeof place !== 'object' || place === null) return refuseValue(path, place, 'a list or an object');
  if (!Array.isArray(place)) return new Map(Object.entries(place));
  const entries = place.map((entry: unknown) => {
    const name = valueAt(entry, nameAt);
    if (typeof name !== 'string') return refuseValue(`${path}.*.${nameAt}`, name, 'a name');
    return [name, entry] as const;
  });
  refuseTwice(
    entries.map(([name]) => name),
    wanted,
  );
  const found = new Map(entries);
  if (wanted.some((name) => !found.has(name))) refusePart(answer, path, place.length);
  return found;
}

/** @throws CannotTell where a wanted name is there twice */
export function refuseTwice(names: readonly string[], wanted: readonly string[]): void {
  const twice = wanted.find((name) => names.filter((one) => one === name).length > 1);
  if (twice === undefined) return;
  throw new CannotTell('there-twice', `"${twice}" is there more than once`, {
    remedy: 'let the source give one of each name: that of the system, environment or tenant that is meant',
  });
}
