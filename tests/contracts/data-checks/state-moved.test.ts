import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkState } from '../../../data-checks/postgres/state/check-state.ts';
import type { StateResult } from '../../../data-checks/postgres/state/state.ts';
import { hasVersion, programsOf, startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { CHANGED_TEXTS, LOSSES } from './moved-schema/losses.ts';
import { allStarted } from '../../all-started.ts';

const run = promisify(execFile);
const SCHEMAS = path.join(import.meta.dirname, 'moved-schema');
const STYLES = ['typeorm', 'prisma', 'django', 'rails'];

/** What 18 prints without brackets, and 15 with them. */
const PRINTED_OTHERWISE_BY_18 = ['odd.child: CHECK (((x IS DOCUMENT)', 'odd.forms: CHECK (((x IS DOCUMENT)'];

describe('a schema of an application that was moved', async () => {
  const here = await hasVersion('debian');
  let from: TestCluster;
  let to: TestCluster;
  /** Where a move leads: another database of the same server, or a server of another version. */
  const target = { 15: () => from, 18: () => to };

  beforeAll(async () => {
    if (!here) return;
    const settings = ['wal_level=logical'];
    [from, to] = await allStarted([startCluster('debian', settings), startCluster('newest', settings)]);
    for (const cluster of [from, to]) await cluster.run('postgres', 'create role app_role');
    await from.database('old');
    for (const name of [...STYLES, 'odd']) {
      await from.run('old', await readFile(path.join(SCHEMAS, `${name}.sql`), 'utf8'));
    }
    await from.run('old', 'analyze');
    const dump = await dumped();
    for (const cluster of [from, to]) {
      await cluster.database('new');
      await loaded(cluster, 'new', dump);
    }
  });
  afterAll(async () => {
    await Promise.all([from?.stop(), to?.stop()]);
  });

  async function dumped(...options: string[]): Promise<string> {
    const { stdout } = await run(
      path.join(await programs(), 'pg_dump'),
      [...options, '-d', from.url('old')],
      {
        maxBuffer: 100_000_000,
      },
    );
    return stdout;
  }

  async function loaded(cluster: TestCluster, database: string, dump: string): Promise<void> {
    const running = run(path.join(await programs(), 'psql'), [
      '-q',
      '-v',
      'ON_ERROR_STOP=1',
      '-d',
      cluster.url(database),
    ]);
    running.child.stdin?.end(dump);
    await running;
    await cluster.run(database, 'analyze');
  }

  async function programs(): Promise<string> {
    return (await programsOf('debian')) ?? '';
  }

  const compare = (url: string): Promise<readonly StateResult[]> =>
    checkState({ old: from.url('old'), new: url, watchMs: 100 });
  const findings = (results: readonly StateResult[]) =>
    results.flatMap((result) => result.findings.map(({ summary }) => `${result.check}: ${summary}`));
  const undecided = (results: readonly StateResult[]) =>
    results.flatMap((result) => result.undecided.map(({ object }) => object));

  test.skipIf(!here)('is large enough to tell', async () => {
    const client = new pg.Client({ connectionString: from.url('old') });
    await client.connect();
    try {
      const { rows } = await client.query<{ n: number }>(
        `select (count(*) filter (where relkind <> 't')
          + (select count(*) from pg_constraint k join pg_namespace n on n.oid = k.connamespace where n.nspname = any($1)))::int as n
         from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = any($1)`,
        [STYLES],
      );
      expect(rows[0]?.n).toBeGreaterThan(150);
    } finally {
      await client.end();
    }
  });

  test.skipIf(!here)(
    'by pg_dump and psql within one version: nothing is found, everything was compared',
    async () => {
      const results = await compare(from.url('new'));
      expect(findings(results)).toEqual([]);
      expect(undecided(results)).toEqual([]);
      expect(results.filter(({ answer }) => answer !== 'holds')).toEqual([]);
    },
  );

  test.skipIf(!here)('to 18: nothing is found, and what could not be compared is listed', async () => {
    const results = await compare(to.url('new'));
    expect(findings(results)).toEqual([]);
    const listed = undecided(results);
    expect(listed).toHaveLength(PRINTED_OTHERWISE_BY_18.length);
    PRINTED_OTHERWISE_BY_18.forEach((start, index) => expect(listed[index]).toContain(start));
    expect(results.filter(({ answer }) => answer !== 'holds').map(({ check }) => check)).toEqual([
      'constraints-are-kept',
    ]);
  });

  test.skipIf(!here)(
    'for roles with other search paths, and a server that spells its zone otherwise',
    async () => {
      await from.run(
        'new',
        `create role wanderer superuser login; alter role wanderer in database "new" set search_path = rails, odd, public`,
      );
      const results = await checkState({
        old: from.url('old'),
        new: from.url('new', 'wanderer'),
        checks: [
          'columns-are-kept',
          'constraints-are-kept',
          'indexes-are-kept',
          'triggers-are-kept',
          'routines-are-kept',
          'row-security-is-kept',
          'types-are-kept',
        ],
      });
      expect(results.filter(({ answer }) => answer !== 'holds')).toEqual([]);
    },
  );

  test.skipIf(!here)('by logical replication to 18: nothing is found', async () => {
    await to.database('replica');
    await loaded(to, 'replica', await dumped('--schema-only'));
    await from.run('old', 'create publication move for all tables');
    const { port } = new URL(from.url());
    await to.run(
      'replica',
      `create subscription move connection 'host=127.0.0.1 port=${port} user=app dbname=old' publication move`,
    );
    await until(
      to.url('replica'),
      `select count(*) > 0 and bool_and(srsubstate = 'r') as done from pg_subscription_rel`,
    );
    await to.run('replica', 'drop subscription move');
    await from.run('old', 'drop publication move');
    // What replication does not carry over, as a move by it must do by hand.
    await to.run('replica', await sequencesOf(from.url('old')));
    await to.run(
      'replica',
      'refresh materialized view typeorm.order_per_day; refresh materialized view rails.per_account; refresh materialized view odd.mv; analyze',
    );
    const results = await compare(to.url('replica'));
    expect(findings(results)).toEqual([]);
    expect(undecided(results)).toHaveLength(PRINTED_OTHERWISE_BY_18.length);
  });

  test.skipIf(!here).each(['15', '18'] as const)(
    'to %s, with sixty losses: every single one is named',
    async (version) => {
      const cluster = target[version]();
      await cluster.run('postgres', 'create database damaged template new');
      // Settings of a database and of roles in it stay behind.
      for (const [, object, sql] of [...CHANGED_TEXTS, ...LOSSES]) {
        await cluster.run('damaged', sql).catch((error: unknown) => {
          throw new Error(`${object}: ${sql}`, { cause: error });
        });
      }
      expect(CHANGED_TEXTS.length).toBeGreaterThanOrEqual(20);
      expect(CHANGED_TEXTS.length + LOSSES.length).toBeGreaterThanOrEqual(60);
      const results = await compare(cluster.url('damaged'));
      const named = results.flatMap((result) =>
        result.findings.map(({ object }) => `${result.check} ${object}`),
      );
      const unnamed = [...CHANGED_TEXTS, ...LOSSES].filter(
        ([check, object]) => !named.some((one) => one.startsWith(`${check} `) && one.includes(object)),
      );
      expect(unnamed.map(([check, object]) => `${check} ${object}`)).toEqual([]);
    },
  );
});

/** Waits until a query says that it is done. */
async function until(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    while ((await client.query<{ done: boolean | null }>(sql)).rows[0]?.done !== true) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    await client.end();
  }
}

/** Statements that bring sequences to where those of a database are. */
async function sequencesOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ sql: string }>(
      `select format('select setval(%L, %s)', format('%I.%I', schemaname, sequencename), last_value) as sql from pg_sequences where last_value is not null`,
    );
    return rows.map(({ sql }) => sql).join('; ');
  } finally {
    await client.end();
  }
}
