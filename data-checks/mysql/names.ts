import type { Table } from '../postgres/catalog.ts';

/** Which of old's tables a plan means: the one that is spelled so, else all that differ from it by case alone. */
export function tablesSpelled(name: string, olds: readonly string[]): readonly string[] {
  if (olds.includes(name)) return [name];
  return olds.filter((one) => one.toLowerCase() === name.toLowerCase());
}

/**
 * Tables of new with the name of one of old. A database of MariaDB has no schemas: in `public` where it is there; a name
 * that MariaDB spells with capitals may have been folded.
 */
export function twinsOf<T extends Pick<Table, 'schema' | 'name'>>(
  name: string,
  news: readonly T[],
): readonly T[] {
  const exact = news.filter((table) => table.name === name);
  const found = exact.length > 0 ? exact : news.filter((table) => table.name === name.toLowerCase());
  const usual = found.filter(({ schema }) => schema === 'public');
  return usual.length > 0 ? usual : found;
}
