import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diffTables } from '../../../data-checks/postgres/rows/diff-tables.ts';
import { hasVersion, startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { CORPUS, CORPUS_TYPES } from './corpus.ts';

/** Each pair as a table `d<n>` that differs, and the old row on both sides as a table `s<n>`. */
function sql(side: 'old' | 'new'): string {
  const types = side === 'old' ? CORPUS_TYPES : [...CORPUS_TYPES].reverse();
  return [
    ...types,
    ...CORPUS.flatMap((rows, index) => [
      `create table d${index}(id int primary key, ${rows.columns})`,
      `insert into d${index} values (7, ${rows[side]})`,
      `create table s${index}(id int primary key, ${rows.columns})`,
      `insert into s${index} values (7, ${rows.old})`,
    ]),
  ].join(';\n');
}

const ways = [
  ['the servers own hashes, 64 bits', {}],
  ['128 bits', { bits: 128 }],
  ['sha256', { portable: true }],
] as const;

describe.each([
  ['debian', 'newest'],
  ['newest', 'debian'],
] as const)('rows of %s and %s', async (oldVersion, newVersion) => {
  const there = (await hasVersion(oldVersion)) && (await hasVersion(newVersion));
  let clusters: TestCluster[] = [];
  let urls: { old: string; new: string };
  beforeAll(async () => {
    if (!there) return;
    clusters = await Promise.all([startCluster(oldVersion), startCluster(newVersion)]);
    const [old, next] = clusters;
    urls = {
      old: (await old?.database('corpus', sql('old'))) ?? '',
      new: (await next?.database('corpus', sql('new'))) ?? '',
    };
  });
  afterAll(async () => {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
  });

  test.skipIf(!there).each(ways)(
    '%s: every pair is told different and located, and no equal row is',
    async (_, extra) => {
      const { tables } = await diffTables({ ...urls, ...extra });
      const byName = new Map(tables.map((table) => [table.old, table]));
      expect(tables).toHaveLength(2 * CORPUS.length);
      const wrong = CORPUS.flatMap((rows, index) => {
        const different = byName.get(`public.d${index}`);
        const same = byName.get(`public.s${index}`);
        const cells = different?.differences[0]?.cells.map((cell) => cell.column);
        const right =
          different?.answer === 'different' &&
          different.changed === 1 &&
          different.missing === 0 &&
          different.extra === 0 &&
          JSON.stringify(cells) === JSON.stringify(rows.cells) &&
          different.differences[0]?.key[0] === '7' &&
          same?.answer === 'equal' &&
          same.oldRows === 1;
        return right ? [] : [{ name: rows.name, different, same }];
      });
      expect(wrong).toEqual([]);
    },
  );
});
