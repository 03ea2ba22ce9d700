import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import type { TestCluster } from '../postgres-cluster.ts';
import { ClientProcesses } from './client-process.ts';
import { commandLineOf } from './command-line.ts';
import { type BenchTable, keyRanges, NARROW, usualWay, WIDE } from './data-tables.ts';
import { SHAPES } from './data-shapes.ts';
import { measureShapes } from './measure-shapes.ts';
import { type Measured, measured } from './measured.ts';
import { comparePeerOnCorpus } from './peer-corpus.ts';
import { type PeerAnswer, peerFor } from './peer.ts';
import { onTwoClusters } from './two-clusters.ts';

/**
 * How fast two tables are compared, against a bare `count(*)` and against the usual way (48 bits of md5 over
 * concatenated text, summed over key ranges), all in one run on the same servers.
 *
 *     npm run bench:data                                       25 million narrow and 5 million wide rows: some 10 minutes, 12 GB
 *     npm run bench:data -- --rows 2000000                     2 million narrow and 400,000 wide rows
 *     npm run bench:data -- --narrow 0 --wide 500000           any numbers; 0 leaves a table out
 *     npm run bench:data -- --workers 2                        sessions that hash on each side at the same time (1)
 *     npm run bench:data -- --peer reladiff --rows 2000000     another tool on the same tables and on the corpus
 *     npm run bench:data -- --only text_key,no_key             these tables alone: narrow, wide, and the names in data-shapes.ts
 *     npm run bench:data -- --only no_key --against ../other   in turn with the build of another checkout, on the same tables
 *
 * The shapes, which take more time or memory than a row of integers, have a million rows (`--shapes`) and are compared by
 * the built command line: run `npm run build` first.
 */
const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '25000000' },
    narrow: { type: 'string' },
    wide: { type: 'string' },
    workers: { type: 'string', default: '1' },
    peer: { type: 'string' },
    only: { type: 'string' },
    shapes: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    against: { type: 'string' },
  },
});

function whole(name: 'rows' | 'narrow' | 'wide' | 'workers' | 'shapes' | 'rounds', least: number): number {
  const number = Number(options[name]);
  if (Number.isInteger(number) && number >= least) return number;
  throw new Error(`--${name} ${options[name]}: give a whole number from ${least}`);
}

const names = ['narrow', 'wide', ...SHAPES.map((shape) => shape.name)];
const only = options.only?.split(',') ?? names;
for (const name of only)
  if (!names.includes(name)) throw new Error(`--only ${name}: give some of ${names.join(',')}`);
const rows = whole('rows', 1);
const size = (name: 'narrow' | 'wide', otherwise: number): number => {
  if (!only.includes(name)) return 0;
  return options[name] === undefined ? otherwise : whole(name, 0);
};
const sizes = { narrow: size('narrow', rows), wide: size('wide', Math.floor(rows / 5)) };
const shapes = whole('shapes', 0) === 0 ? [] : SHAPES.filter((shape) => only.includes(shape.name));
const HERE = path.resolve(import.meta.dirname, '../..');
const builds = (
  options.against === undefined || shapes.length === 0 ? [HERE] : [path.resolve(options.against), HERE]
).map((checkout) => ({
  title: checkout === HERE ? 'greenlight' : path.basename(checkout),
  commandLine: shapes.length === 0 ? '' : commandLineOf(checkout),
}));
for (const [name, size] of Object.entries(sizes)) {
  if (size > 0 && size < 100_000) throw new Error(`--${name} ${size}: give 0 or at least 100000`);
}
const workers = whole('workers', 1);
/** The size from which cost has to grow in proportion. */
const SMALL = 1_000_000;

const line = (...cells: (string | number)[]): void =>
  console.log(
    cells.map((cell, index) => (index === 0 ? String(cell).padEnd(26) : String(cell).padStart(15))).join(''),
  );
const started = performance.now();
const progress = (text: string): void =>
  console.error(`[${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s] ${text}`);

async function onBoth(clusters: readonly TestCluster[], sql: readonly string[]): Promise<undefined> {
  await Promise.all(
    clusters.flatMap((cluster) =>
      Array.from({ length: workers }, async (_, worker) => {
        const client = new pg.Client({ connectionString: cluster.url('bench') });
        await client.connect();
        await client.query('set max_parallel_workers_per_gather = 0; set jit = off');
        for (let index = worker; index < sql.length; index += workers) await client.query(sql[index] ?? '');
        await client.end();
      }),
    ),
  );
}

async function fill(clusters: readonly TestCluster[], table: BenchTable, size: number): Promise<void> {
  progress(`filling ${table.name} on both sides: ${size.toLocaleString('en')} rows`);
  await Promise.all(clusters.map((it) => it.run('bench', table.sql.replace('ROWS', String(size)))));
  await Promise.all(clusters.map((it) => it.run('bench', `vacuum (freeze, analyze) ${table.name}`)));
}

async function drop(clusters: readonly TestCluster[], table: BenchTable): Promise<void> {
  await Promise.all(clusters.map((it) => it.run('bench', `drop table ${table.name}`)));
}

type Clusters = readonly [TestCluster, TestCluster];

/** Compares once in a process of its own, whose start is not measured. */
async function compare(
  clusters: Clusters,
  { name }: BenchTable,
  expected: string,
): Promise<() => Promise<number>> {
  const client = await clients.start();
  return async () => {
    const urls = { old: clusters[0].url('bench'), new: clusters[1].url('bench') };
    const { found, reason, memory } = await client({ ...urls, table: name, workers });
    if (found !== expected) throw new Error(`expected ${expected}, got ${found} (${reason})`);
    return memory;
  };
}

interface Results {
  readonly rows: number;
  readonly usual: Measured;
  readonly equal: Measured;
  readonly worst: Measured;
  readonly memory: number;
}

async function measureTable(clusters: Clusters, table: BenchTable, size: number): Promise<Results> {
  const { name } = table;
  await fill(clusters, table, size);
  console.log(`\n${name}: ${size.toLocaleString('en')} rows on each side, ${workers} worker(s) a side`);
  line('', 'seconds', 'rows/s', 'ns cpu/row/side', 'x count(*)', 'md5 way / it', 'client MB');
  const take = async (title: string, work: () => Promise<number | undefined>): Promise<Measured> => {
    progress(`${name}: ${title}`);
    const it = await measured(clusters, work);
    counted ??= it;
    usual ??= title === 'md5 way' ? it : undefined;
    line(
      title,
      it.seconds.toFixed(2),
      Math.round(size / it.seconds).toLocaleString('en'),
      Math.round((it.processor * 1e9) / size / 2),
      (it.seconds / counted.seconds).toFixed(1),
      usual === undefined ? '' : (usual.seconds / it.seconds).toFixed(2),
      it.memory === undefined ? '' : Math.round(it.memory / 1e6),
    );
    return it;
  };
  let counted: Measured | undefined;
  let usual: Measured | undefined;
  const askPeer = async (expected: number): Promise<void> => {
    if (peer === undefined) return;
    const urls = { old: clusters[0].url('bench'), new: clusters[1].url('bench') };
    await take(peer.title, async () => {
      [found] = await peer.compare({ ...urls, tables: [table], options: {} });
      return found?.memory;
    });
    const told = `${found?.differences ?? found?.reason} lines of differences, ${expected} expected`;
    console.log(`${''.padEnd(26)}${found?.outcome}: ${told}`);
  };
  let found: PeerAnswer | undefined;
  const onNew = (statement: string): Promise<void> => clusters[1].run('bench', statement);
  await take('count(*)', () =>
    onBoth(
      clusters,
      keyRanges(size, workers).map((range) => `select count(*) from ${name} where ${range} or true`),
    ),
  );
  const slow = await take('md5 way', () => onBoth(clusters, usualWay(table, size)));
  const equal = await take('equal', await compare(clusters, table, 'equal -0 +0 ~0'));
  await askPeer(0);
  await onNew(`delete from ${name} where id = ${Math.floor(size / 3)}`);
  const missing = await take('one row missing', await compare(clusters, table, 'different -1 +0 ~0'));
  await askPeer(1);
  const step = Math.floor(size / 1000);
  const where = `id % ${step} = 7 and id < ${step * 1000}`;
  await onNew(`update ${name} set ${table.changed} = ${table.changed} + 1 where ${where}`);
  const changed = await take('1,000 rows changed', await compare(clusters, table, 'different -1 +0 ~1000'));
  await askPeer(2001);
  await drop(clusters, table);
  return {
    rows: size,
    usual: slow,
    equal,
    worst: missing.seconds > changed.seconds ? missing : changed,
    memory: Math.max(...[equal, missing, changed].map((it) => it.memory ?? 0)),
  };
}

/** Processor time for each row of a table that is large enough to measure, and small enough to be quick. */
async function measureSmall(clusters: Clusters, table: BenchTable): Promise<number> {
  await fill(clusters, table, SMALL);
  await (
    await compare(clusters, table, 'equal -0 +0 ~0')
  )();
  const taken: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    taken.push((await measured(clusters, await compare(clusters, table, 'equal -0 +0 ~0'))).processor);
  }
  await drop(clusters, table);
  return (taken.sort((a, b) => a - b)[1] ?? Number.NaN) / SMALL;
}

function reached(title: string, value: number, limit: number, unit: string, most: boolean): void {
  const yes = most ? value <= limit : value >= limit;
  console.log(
    `${yes ? 'reached' : 'MISSED '}  ${title}: ${value.toFixed(2)}${unit} (${most ? 'at most' : 'at least'} ${limit}${unit})`,
  );
}

const peer = options.peer === undefined ? undefined : await peerFor(options.peer, progress);

const clients = await ClientProcesses.prepare();

await onTwoClusters(
  async (clusters) => {
    if (peer !== undefined && options.only === undefined) await comparePeerOnCorpus(peer, clusters);
    const small = sizes.narrow > SMALL ? await measureSmall(clusters, NARROW) : undefined;
    const narrow = sizes.narrow > 0 ? await measureTable(clusters, NARROW, sizes.narrow) : undefined;
    const wide = sizes.wide > 0 ? await measureTable(clusters, WIDE, sizes.wide) : undefined;
    console.log('');
    for (const [result, aim] of [
      [narrow, 8],
      [wide, 2.5],
    ] as const) {
      if (result === undefined) continue;
      const name = result === narrow ? 'narrow' : 'wide';
      reached(`${name}, time of the md5 way`, result.usual.seconds / result.equal.seconds, aim, ' x', false);
      reached(
        `${name}, time with differences`,
        result.worst.seconds / result.equal.seconds,
        2,
        ' passes',
        true,
      );
      reached(`${name}, client memory`, result.memory / 1e6, 130, ' MB', true);
    }
    if (small !== undefined && narrow !== undefined) {
      const growth = narrow.equal.processor / narrow.rows / small;
      reached(
        `narrow, cost of a row of ${narrow.rows.toLocaleString('en')} against one of ${SMALL.toLocaleString('en')}`,
        growth,
        1.25,
        ' x',
        true,
      );
    }
    if (shapes.length > 0) {
      const counts = { rows: whole('shapes', 100_000), workers, rounds: whole('rounds', 1) };
      await measureShapes(clusters, shapes, { ...counts, builds, peer, progress });
    }
  },
  () => clients.remove(),
);
