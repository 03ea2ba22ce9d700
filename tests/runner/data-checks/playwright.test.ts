import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Finding, FINDING_MEDIA_TYPE } from '../../../contract/evidence/finding.ts';
import { DIST } from '../../installed.ts';
import { QUICK_START_PLAIN } from '../../quick-start.ts';
import { type RedisPair, startRedisPair } from '../../redis-pair.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');

/** Each mapped table of the plan below and what must be found about it. */
const EXPECTED: Readonly<Record<string, Partial<Finding>>> = {
  'renamed-table-preserved': { outcome: 'pass', measured: 100, expected: 100 },
  'filtered-rows-preserved': { outcome: 'pass', measured: 40 },
  'amounts-preserved': { outcome: 'fail', cause: 'sums-differ', measured: '5049', expected: '5050' },
  'orders-preserved': { outcome: 'fail', cause: 'rows-missing', measured: 98, expected: 100 },
  'customers-not-duplicated': { outcome: 'fail', cause: 'rows-extra', measured: 101, expected: 100 },
  'new-table-is-there': { outcome: 'fail', cause: 'table-missing' },
  'old-table-is-there': { outcome: 'unknown', cause: 'old-table-missing' },
  'something-is-compared': { outcome: 'unknown', cause: 'nothing-compared' },
  'refunds-may-be-empty': { outcome: 'pass', measured: 0 },
  'growing-table-preserved': { outcome: 'pass', expected: '>= 100' },
  'every-row-preserved': { outcome: 'pass', measured: 0, sampleSize: 100 },
  'lost-row-is-found': { outcome: 'fail', cause: 'rows-missing', measured: 2, expected: 0 },
  'changed-row-is-found': { outcome: 'fail', cause: 'rows-changed', measured: 1 },
  'unmapped-column-is-no-pass': { outcome: 'unknown', cause: 'columns-differ' },
  // A bill on new alone comes first, then everything that `forgotten` held.
  'other-tables-preserved': { outcome: 'fail', cause: 'rows-extra', measured: 2 },
  'tables-are-covered': { outcome: 'pass', sampleSize: 10 },
  'no-table-became-empty': { outcome: 'fail', cause: 'tables-emptied', measured: 1 },
  'sequences-are-ahead': { outcome: 'fail', cause: 'state-broken', measured: 1, expected: 0 },
  'foreign-keys-hold': { outcome: 'pass', measured: 0 },
  'columns-are-kept': { outcome: 'pass', measured: 0 },
  'owners-are-kept': { outcome: 'not-applicable' },
  'carts-kept': { outcome: 'pass', measured: 0, sampleSize: 1 },
  'sessions-kept': { outcome: 'fail', cause: 'keys-changed', measured: 1, expected: 0 },
  'unreachable-redis-is-no-pass': { outcome: 'unknown', cause: 'port-unavailable' },
};

function plan(): string {
  const table = (id: string, from: string, to: string, more = ''): string =>
    `{ id: '${id}', title: '${id}', old: ${from}, new: ${to}, ${more} }`;
  return `import { defineConfig } from ${JSON.stringify(path.join(DIST, 'contract/index.js'))};
export default defineConfig({
  target: {
    name: 'shop', urls: { app: 'http://127.0.0.1:1' },
    records: { adapter: 'postgres', url: { secret: 'NEW_DB' } },
    old: { records: { adapter: 'postgres', url: { secret: 'OLD_DB' } } },
  },
  data: { statementTimeoutMs: 5000, tables: [
    ${[
      table('renamed-table-preserved', "'customers'", "'people'"),
      table(
        'filtered-rows-preserved',
        "{ table: 'orders', where: 'id <= 40' }",
        "{ table: 'orders', where: 'id <= 40' }",
      ),
      table('amounts-preserved', "'amounts'", "'amounts'", "sums: { total: 'amount' }"),
      table('orders-preserved', "'orders'", "'orders'"),
      table('customers-not-duplicated', "'customers'", "'doubled'"),
      table('new-table-is-there', "'orders'", "'nowhere'"),
      table('old-table-is-there', "'nowhere'", "'orders'"),
      table('something-is-compared', "'refunds'", "'refunds'"),
      table('refunds-may-be-empty', "'refunds'", "'refunds'", "emptyBecause: 'none were made'"),
      table('every-row-preserved', "'customers'", "'people'", "compare: 'rows', key: ['id']"),
      table('lost-row-is-found', "'orders'", "'orders'", "compare: 'rows', key: ['id']"),
      table(
        'changed-row-is-found',
        "'items'",
        "'items'",
        "compare: 'rows', columns: { price: 'price_minor' }, constants: { tenant: \"'main'\" }",
      ),
      table('unmapped-column-is-no-pass', "'items'", "'items'", "compare: 'rows'"),
      table('growing-table-preserved', "'customers'", "'doubled'", "rows: 'at-least'"),
    ].join(',\n    ')}
  ], otherTables: {}, except: { journal: 'starts anew' }, addedColumns: 'expected', state: {
    checks: ['sequences-are-ahead', 'foreign-keys-hold', 'columns-are-kept', 'owners-are-kept'],
    except: [
      { check: 'owners-are-kept', because: 'one role owns everything' },
      { check: 'columns-are-kept', objects: ['public.customers', '*.amounts.total', '*.items.price'], because: 'renamed' },
    ],
  }, redis: [
    ${['carts-kept', 'sessions-kept', 'unreachable-redis-is-no-pass']
      .map((id) => {
        const next = id.startsWith('unreachable') ? `'redis://127.0.0.1:1'` : `{ secret: 'NEW_REDIS' }`;
        const more = id === 'carts-kept' ? `prefixes: ['cart:'], ` : '';
        return `{ id: '${id}', title: '${id}', old: { secret: 'OLD_REDIS' }, new: ${next}, ${more}rounds: 1 }`;
      })
      .join(',\n    ')}
  ] },
});
`;
}

let cluster: TestCluster;
let redis: RedisPair;
let directory: string;
let findings: Map<string, { finding: Finding; status: string }>;
let output: string;

beforeAll(async () => {
  [cluster, redis] = await Promise.all([startCluster(), startRedisPair()]);
  for (const { client } of [redis.old, redis.new]) await client.mset('cart:1', 'apples', 'session:1', 'ann');
  await redis.new.client.set('session:1', 'eve');
  const rows = 'select generate_series(1, 100) as id';
  const old = await cluster.database(
    'old',
    `create table customers as ${rows}; create table orders as ${rows}; create table amounts as select id as total from (${rows}) r; create table refunds(id int);
     create table items(id int primary key, price int); create table bills(id serial);
     create table stock as ${rows}; create table prices as ${rows}; create table forgotten as ${rows}; create table journal as ${rows};
     insert into items select id, id from (${rows}) r`,
  );
  const next = await cluster.database(
    'new',
    `create table people as ${rows}; create table orders as ${rows}; delete from orders where id > 98;
     create table amounts as select id as amount from (${rows}) r; update amounts set amount = 99 where amount = 100;
     create table refunds(id int); create table doubled as ${rows}; insert into doubled values (1);
     create table bills(id serial); insert into bills values (1);
     create table stock as select id, null::text as shelf, 0 as size from (${rows}) r; alter table stock alter size set default 0;
     create table prices as select id, 0 as tax from (${rows}) r; alter table prices alter tax set not null; create table forgotten(id int); create table journal(id int); create table items(id int primary key, tenant text, price_minor int);
     insert into items select id, 'main', case id when 77 then 1 else id end from (${rows}) r`,
  );
  directory = await mkdtemp(path.join(tmpdir(), 'greenlight-data-'));
  await writeFile(path.join(directory, 'plan.mjs'), plan());
  await writeFile(
    path.join(directory, 'playwright.config.mjs'),
    `export default { testDir: ${JSON.stringify(path.join(DIST, 'data-checks/checks'))}, outputDir: './results', fullyParallel: true, workers: 2, reporter: [['json', { outputFile: ${JSON.stringify(path.join(directory, 'report.json'))} }]] };`,
  );
  output = await playwright({
    OLD_DB: old,
    NEW_DB: next,
    OLD_REDIS: redis.old.url,
    NEW_REDIS: redis.new.url,
    GREENLIGHT_PLAN: path.join(directory, 'plan.mjs'),
  });
  findings = findingsOf(JSON.parse(await readFile(path.join(directory, 'report.json'), 'utf8')) as Report);
});

afterAll(async () => {
  await Promise.all([cluster?.stop(), redis?.stop()]);
  if (directory) await rm(directory, { recursive: true, force: true });
});

function playwright(env: Record<string, string>): Promise<string> {
  const cli = path.join(ROOT, 'node_modules/@playwright/test/cli.js');
  const child = spawn(process.execPath, [cli, 'test', '-c', path.join(directory, 'playwright.config.mjs')], {
    cwd: ROOT,
    env: { ...process.env, GREENLIGHT_RUN: '', GREENLIGHT_PHASE: '', ...QUICK_START_PLAIN, ...env },
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(text));
  });
}

interface Report {
  readonly suites?: readonly Report[];
  readonly specs?: readonly {
    readonly title: string;
    readonly tests: readonly {
      readonly results: readonly {
        readonly status: string;
        readonly attachments: readonly { readonly contentType: string; readonly body?: string }[];
      }[];
    }[];
  }[];
}

function findingsOf(report: Report): typeof findings {
  const found: typeof findings = new Map();
  for (const suite of report.suites ?? []) for (const [id, value] of findingsOf(suite)) found.set(id, value);
  for (const spec of report.specs ?? []) {
    for (const result of spec.tests.flatMap((entry) => entry.results)) {
      for (const attachment of result.attachments) {
        if (attachment.contentType !== FINDING_MEDIA_TYPE) continue;
        const finding = Finding.parse(
          JSON.parse(Buffer.from(attachment.body ?? '', 'base64').toString('utf8')),
        );
        found.set(finding.check, { finding, status: result.status });
      }
    }
  }
  return found;
}

test('every mapped table, state check and Redis database has exactly one finding', () => {
  expect([...findings.keys()].sort(), output).toEqual(Object.keys(EXPECTED).sort());
});

test.each(Object.entries(EXPECTED))('%s is judged by its rows', (id, expected) => {
  const { finding, status } = findings.get(id) ?? {};
  expect(finding, output).toMatchObject(expected);
  expect(status).toBe(
    expected.outcome === 'pass' || expected.outcome === 'not-applicable' ? 'passed' : 'failed',
  );
});

test('a changed row is located by its key and column', () => {
  expect(findings.get('changed-row-is-found')?.finding.detail).toMatchObject({
    table: { rows: { changed: 1, first: [{ kind: 'changed', key: ['77'], cells: [{ column: 'price' }] }] } },
  });
});
