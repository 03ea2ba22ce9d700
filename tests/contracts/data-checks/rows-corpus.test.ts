import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import pg from 'pg';
import { diffTables } from '../../../data-checks/postgres/rows/diff-tables.ts';
import { rowHash } from '../../../data-checks/postgres/rows/row-hash.ts';
import { FURTHER, LONG } from '../../long.ts';
import { hasVersion, startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { CORPUS, corpusSql } from './corpus.ts';
import { allStarted } from '../../all-started.ts';

/** The server's own hash sees these 32 bits of a time stamp only. */
const FOLDS = [0, 1, 0x7fffffff, 0x80000000, 0xc0000000, 123456789];

/** Microseconds since 2000 of time stamps over the whole range with one fold, one for each upper half. */
function sameFold(fold: number): bigint[] {
  const near = Array.from({ length: 400 }, (_, index) => index - 200);
  return [...near, 2147483483, 1000000, 49316670, -1000001, -49316670, -49316671]
    .map((upper) => BigInt(upper) * 2n ** 32n + BigInt((fold ^ (upper < 0 ? ~upper : upper)) >>> 0))
    .filter((micros) => micros >= -211813488000000000n && micros < 9223371331200000000n);
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
    clusters = await allStarted([startCluster(oldVersion), startCluster(newVersion)]);
    const [old, next] = clusters;
    urls = {
      old: (await old?.database('corpus', corpusSql('old'))) ?? '',
      new: (await next?.database('corpus', corpusSql('new'))) ?? '',
    };
  });
  afterAll(async () => {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
  });

  const isRight = async (_: string, extra: (typeof ways)[number][1]): Promise<void> => {
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
  };
  // Which side is the older server changes who asks whom, not what a hash sees.
  const usual = ways.filter(([name]) => oldVersion === 'debian' || name === '128 bits');
  const name = '%s: every pair is told different and located, and no equal row is';
  test.skipIf(!there).each(usual)(name, isRight);
  const further = ways.filter((way) => !usual.includes(way));
  test.skipIf(!there || !LONG).each(further)(`${name} ${FURTHER}`, isRight);

  test.skipIf(!there).each(FOLDS)('time stamps whose halves fold to %i are told apart', async (fold) => {
    const client = new pg.Client({ connectionString: urls.new });
    await client.connect();
    try {
      const version = Number((await client.query<{ v: string }>(`show server_version_num`)).rows[0]?.v);
      const hash = rowHash([{ form: 'timestamp', sql: 'v', absent: undefined }], 8413, 'chain', version);
      const { rows } = await client.query<{ times: string; hashes: string; folds: string }>(
        `select count(distinct v) as times, count(distinct ${hash}) as hashes,
                  count(distinct timestamp_hash_extended(v, 1)) as folds
             from (select timestamp '2000-01-01' + make_interval(days => (u / 86400000000)::int)
                        + ((u % 86400000000) || ' us')::interval as v from unnest($1::int8[]) u
                   union all values (timestamp 'infinity'), ('-infinity')) t`,
        [sameFold(fold).map(String)],
      );
      const [row] = rows;
      expect(Number(row?.times)).toBeGreaterThan(400);
      expect(Number(row?.folds)).toBeLessThan(4);
      expect(row?.hashes).toBe(row?.times);
    } finally {
      await client.end();
    }
  });
});
