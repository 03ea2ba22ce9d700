import type { Side } from './side.ts';
import { type Item, matches } from './work-list.ts';

/**
 * The tables in the order in which a budget is spent on them: as the patterns name them; then those that most foreign
 * keys point at or start from; then the small ones, so that more tables are compared.
 */
export async function mostImportantFirst(
  old: Side,
  items: readonly Item[],
  only: readonly string[],
): Promise<readonly Item[]> {
  const { rows } = await old.main.client.query<{ table: string; links: number }>(
    `select x.oid::text as table, count(*)::int as links
       from pg_catalog.pg_constraint k cross join lateral (values (k.conrelid), (k.confrelid)) x(oid)
      where k.contype = 'f' group by 1`,
  );
  const links = new Map(rows.map((row) => [Number(row.table), row.links]));
  const weight = (item: Item): readonly [number, number, number] => {
    if ('answer' in item) return [-1, 0, 0];
    const named = only.findIndex((pattern) => matches(pattern, item.old));
    return [named === -1 ? only.length : named, -(links.get(item.old.oid) ?? 0), item.old.estimatedRows];
  };
  return items
    .map((item) => ({ item, weight: weight(item) }))
    .sort((a, b) => {
      const place = a.weight.findIndex((value, index) => value !== b.weight[index]);
      return place === -1 ? 0 : (a.weight[place] ?? 0) - (b.weight[place] ?? 0);
    })
    .map(({ item }) => item);
}
