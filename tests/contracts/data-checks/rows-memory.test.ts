import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TableDiff, TablePair } from '../../../data-checks/postgres/rows/table-diff.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';

const ROWS = 150_000;
/** Enough for the driver and a thousand rows of each side; the rows of a table take several times as much. */
const HEAP_MB = 24;

/** One row is missing on new in all of them, so that rows have to be told apart. */
const TABLES = `
  create table identical(amount int, note text);
  insert into identical select 1, 'the same' from generate_series(1, ROWS);
  create table one_key(tenant int, amount int, note text);
  insert into one_key select 7, g, 'note ' || g from generate_series(1, ROWS) g;
  create table identical_in_key(tenant int, note text);
  insert into identical_in_key select 7, 'the same' from generate_series(1, ROWS);`;

let cluster: TestCluster | undefined;
let directory: string;
let client: string;
let urls: { readonly old: string; readonly new: string };

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'greenlight-memory-'));
  client = path.join(directory, 'client.mjs');
  // A worker of its own, whose heap is limited, reads JavaScript.
  await build({
    stdin: {
      contents: `import { parentPort, workerData } from 'node:worker_threads';
        import { diffTables } from './data-checks/postgres/rows/diff-tables.ts';
        const { tables } = await diffTables(workerData);
        parentPort.postMessage(tables);`,
      resolveDir: path.resolve(import.meta.dirname, '../../..'),
      loader: 'ts',
    },
    outfile: client,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
    external: ['pg-native'],
  });
  cluster = await startCluster();
  urls = {
    old: await cluster.database('before', TABLES.replaceAll('ROWS', String(ROWS))),
    new: await cluster.database('after', TABLES.replaceAll('ROWS', String(ROWS - 1))),
  };
});
afterAll(async () => {
  await cluster?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** @throws Error `ERR_WORKER_OUT_OF_MEMORY` when the comparison needs more */
async function diffInSmallHeap(pair: TablePair): Promise<TableDiff | undefined> {
  const worker = new Worker(client, {
    workerData: { ...urls, tables: [pair] },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 8 },
  });
  const [table] = await new Promise<readonly TableDiff[]>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  return table;
}

test.each<TablePair>([
  { old: 'identical', new: 'identical' },
  { old: 'one_key', new: 'one_key', key: ['tenant'] },
  { old: 'identical_in_key', new: 'identical_in_key', key: ['tenant'] },
])('memory stays flat however many rows are one and the same or share a key: %o', async (pair) => {
  expect(await diffInSmallHeap(pair)).toMatchObject({
    answer: 'different',
    oldRows: ROWS,
    newRows: ROWS - 1,
    missing: 1,
    extra: 0,
    changed: 0,
  });
});
