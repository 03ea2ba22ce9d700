import { invalidRequest } from './api-error.ts';
import { objectOf, type Books } from './books.ts';

const DEEPEST = 4;

/** A copy of an answer in which the named ids are replaced by their objects. @throws ApiError */
export function expanded<T extends object>(books: Books, answer: T, paths: readonly string[] = []): T {
  const copy = structuredClone(answer);
  for (const path of paths) {
    const steps = path.split('.');
    if (steps.length > DEEPEST) {
      throw invalidRequest(`You cannot expand more than ${DEEPEST} levels of a property.`);
    }
    expandAt(books, copy, steps, path);
  }
  return copy;
}

function expandAt(books: Books, at: object, steps: readonly string[], path: string): void {
  const [step, ...rest] = steps;
  if (step === undefined) return;
  if (Array.isArray(at)) {
    for (const item of at as object[]) expandAt(books, item, steps, path);
    return;
  }
  const holder = at as Record<string, unknown>;
  if (!(step in holder)) {
    throw invalidRequest(`This property cannot be expanded (${path}).`, { param: 'expand' });
  }
  const value = holder[step];
  if (typeof value === 'string') {
    const found = objectOf(books, value);
    if (!found) throw invalidRequest(`This property cannot be expanded (${path}).`, { param: 'expand' });
    holder[step] = structuredClone(found);
  }
  const next = holder[step];
  if (typeof next === 'object' && next !== null) expandAt(books, next, rest, path);
}
