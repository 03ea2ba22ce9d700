import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { diffTables } from '../../data-checks/postgres/rows/diff-tables.ts';
import { startCluster, type TestCluster } from '../postgres-cluster.ts';

/**
 * How fast two tables are compared, against a bare `count(*)` and against the usual way (48 bits of md5 over
 * concatenated text, summed over key ranges), all in one run on the same servers.
 *
 *     npm run bench:data -- [--narrow 25000000] [--wide 5000000] [--workers 1]
 */
const { values: options } = parseArgs({
  options: {
    narrow: { type: 'string', default: '25000000' },
    wide: { type: 'string', default: '5000000' },
    workers: { type: 'string', default: '1' },
  },
});
const workers = Number(options.workers);

const NARROW = `create table narrow(id bigint primary key, user_id int not null, movie_id int not null, rating float4 not null, rated_at timestamp not null);
  insert into narrow select g, g % 162541, (g * 7919) % 59047, ((g * 31) % 10 + 1) / 2.0, timestamp '2019-01-01' + g * interval '1.37 seconds' from generate_series(1::bigint, ROWS) g;`;
const WIDE = `create table wide(id bigint primary key, customer int not null, status text not null, email varchar(80), total numeric(12,2), tax numeric(12,2), currency char(3),
    reference uuid, payload jsonb, note text, created_at timestamptz not null, updated_at timestamptz);
  insert into wide select g, g % 100000, (array['new','paid','sent','done'])[g % 4 + 1], 'customer' || g || '@example.com', g / 100.0, g / 500.0, 'EUR',
    md5(g::text)::uuid, jsonb_build_object('sku', 'A' || g % 1000, 'qty', g % 7, 'tags', jsonb_build_array('x', g % 3)), case when g % 5 = 0 then null else 'note of order ' || g end,
    timestamptz '2024-01-01Z' + g * interval '3 seconds', timestamptz '2024-01-02Z' + g * interval '3 seconds' from generate_series(1::bigint, ROWS) g;`;

/** The row text that tools of the usual kind make: everything as text, NULL as a word, a separator in between. */
const MD5_TEXT: Readonly<Record<string, readonly string[]>> = {
  narrow: ['id::text', 'user_id::text', 'movie_id::text', 'rating::decimal(38, 4)::text', stamp('rated_at')],
  wide: [
    ...['id', 'customer', 'status', 'email'].map((name) => `${name}::text`),
    'total::decimal(38, 2)::text',
    'tax::decimal(38, 2)::text',
    ...['currency', 'reference', 'payload', 'note'].map((name) => `${name}::text`),
    stamp('created_at'),
    stamp('updated_at'),
  ],
};

function stamp(column: string): string {
  return `to_char(${column}::timestamp(6), 'YYYY-MM-DD HH24:MI:SS.US')`;
}

/** Processor seconds that a server has used, all its sessions and the ended ones included. */
function serverSeconds(cluster: TestCluster): number {
  const ticks = (stat: string, ...fields: number[]): number => {
    const parts = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.reduce((sum, field) => sum + Number(parts[field - 3]), 0);
  };
  let sum = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let stat: string;
    try {
      stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    } catch {
      continue; // It ended while we looked.
    }
    if (Number(pid) === cluster.pid) sum += ticks(stat, 14, 15, 16, 17);
    else if (ticks(stat, 4) === cluster.pid) sum += ticks(stat, 14, 15);
  }
  return sum / 100;
}

interface Measured {
  readonly seconds: number;
  readonly processor: number;
  readonly memory: number;
}

async function measured(clusters: readonly TestCluster[], work: () => Promise<void>): Promise<Measured> {
  const before = clusters.reduce((sum, cluster) => sum + serverSeconds(cluster), 0);
  let memory = 0;
  const watch = setInterval(() => (memory = Math.max(memory, process.memoryUsage.rss())), 50);
  const started = performance.now();
  await work();
  clearInterval(watch);
  const seconds = (performance.now() - started) / 1000;
  await new Promise((resolve) => setTimeout(resolve, 100));
  const after = clusters.reduce((sum, cluster) => sum + serverSeconds(cluster), 0);
  return { seconds, processor: after - before, memory: Math.max(memory, process.memoryUsage.rss()) };
}

async function onBoth(clusters: readonly TestCluster[], sql: readonly string[]): Promise<void> {
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

function ranges(rows: number, count: number): string[] {
  const width = Math.ceil(rows / count);
  return Array.from({ length: count }, (_, i) => `id >= ${i * width + 1} and id < ${(i + 1) * width + 1}`);
}

const line = (...cells: (string | number)[]): void =>
  console.log(
    cells.map((cell, index) => (index === 0 ? String(cell).padEnd(26) : String(cell).padStart(15))).join(''),
  );

async function table(
  clusters: readonly [TestCluster, TestCluster],
  name: string,
  sql: string,
  rows: number,
): Promise<void> {
  process.stderr.write(`filling ${name}: ${rows} rows on both sides\n`);
  await Promise.all(clusters.map((cluster) => cluster.run('bench', sql.replace('ROWS', String(rows)))));
  await Promise.all(clusters.map((cluster) => cluster.run('bench', `vacuum (freeze, analyze) ${name}`)));
  const text = (MD5_TEXT[name] ?? []).map((column) => `coalesce(${column}, '<null>')`).join(` || '|' || `);
  const md5 = ranges(rows, 32).map(
    (range) =>
      `select count(*), sum(('x' || substring(md5(${text}), 21))::bit(48)::bigint) from ${name} where ${range}`,
  );
  const compare = async (expected: string): Promise<void> => {
    const { tables } = await diffTables({
      old: clusters[0].url('bench'),
      new: clusters[1].url('bench'),
      tables: [{ old: name, new: name }],
      workers,
    });
    const [found] = tables;
    const got = `${found?.answer} -${found?.missing} +${found?.extra} ~${found?.changed}`;
    if (got !== expected) throw new Error(`expected ${expected}, got ${got} (${found?.reason})`);
  };
  const onNew = (statement: string): Promise<void> => clusters[1].run('bench', statement);
  console.log(`\n${name}: ${rows.toLocaleString('en')} rows on each side, ${workers} worker(s) a side`);
  line('', 'seconds', 'rows/s', 'ns cpu/row/side', 'x count(*)', 'md5 way / it', 'client MB');
  const counted = await measured(clusters, () =>
    onBoth(
      clusters,
      ranges(rows, workers).map((range) => `select count(*) from ${name} where ${range} or true`),
    ),
  );
  const usual = await measured(clusters, () => onBoth(clusters, md5));
  const show = (title: string, it: Measured): void =>
    line(
      title,
      it.seconds.toFixed(2),
      Math.round(rows / it.seconds).toLocaleString('en'),
      Math.round((it.processor * 1e9) / rows / 2),
      (it.seconds / counted.seconds).toFixed(1),
      (usual.seconds / it.seconds).toFixed(2),
      Math.round(it.memory / 1e6),
    );
  show('count(*)', counted);
  show('md5 way', usual);
  show('equal', await measured(clusters, () => compare('equal -0 +0 ~0')));
  await onNew(`delete from ${name} where id = ${Math.floor(rows / 3)}`);
  show('one row missing', await measured(clusters, () => compare('different -1 +0 ~0')));
  const column = name === 'narrow' ? 'user_id' : 'customer';
  await onNew(
    `update ${name} set ${column} = ${column} + 1 where id % ${Math.floor(rows / 1000)} = 7 and id < ${Math.floor(rows / 1000) * 1000}`,
  );
  show('1,000 rows changed', await measured(clusters, () => compare('different -1 +0 ~1000')));
  await Promise.all(clusters.map((cluster) => cluster.run('bench', `drop table ${name}`)));
}

const settings = [
  'shared_buffers=2GB',
  'max_wal_size=8GB',
  'wal_level=minimal',
  'max_wal_senders=0',
  'autovacuum=off',
];
const clusters = [await startCluster('newest', settings), await startCluster('newest', settings)] as const;
try {
  for (const cluster of clusters) await cluster.database('bench');
  if (Number(options.narrow) > 0) await table(clusters, 'narrow', NARROW, Number(options.narrow));
  if (Number(options.wide) > 0) await table(clusters, 'wide', WIDE, Number(options.wide));
} finally {
  await Promise.all(clusters.map((cluster) => cluster.stop()));
}
