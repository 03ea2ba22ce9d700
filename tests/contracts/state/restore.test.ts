import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { redactorOf } from '../../../safety/redactor.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { probeRestore } from '../../../suites/probes/restore-probe.ts';
import { hasVersion, programsOf, startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { planOf } from './look-at.ts';
import { allStarted } from '../../all-started.ts';

type Over = Readonly<Record<string, unknown>>;
const wanted = test.skipIf(!(await hasVersion('debian')));

let [live, spare]: (TestCluster | undefined)[] = [];
let home: string;
let bin: string;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'greenlight-restore-'));
  if (!(await hasVersion('debian'))) return;
  bin = (await programsOf('debian')) ?? '';
  [live, spare] = await allStarted([startCluster('debian'), startCluster('debian')]);
  await live.database(
    'shop',
    `create table orders(id int primary key, created_at timestamptz);
     insert into orders select n, now() - interval '1 minute' * (100 - n) from generate_series(1, 100) n;
     create table users(id int primary key); insert into users values (1), (2)`,
  );
});
afterAll(async () => {
  await Promise.all([live?.stop(), spare?.stop()]);
  await rm(home, { recursive: true, force: true });
});

let made = 0;
/** An empty database on the other server. */
async function scratch(sql?: string): Promise<string> {
  made += 1;
  return (await spare?.database(`scratch_${made}`, sql)) ?? '';
}

async function drill(script: string, scratchUrl: string, over: Over = {}): Promise<Finding> {
  const file = path.join(home, 'restore.sh');
  await writeFile(file, `#!/bin/sh\nset -e\n${script}\n`);
  await chmod(file, 0o755);
  const { plan, probe } = planOf(
    'restore',
    {
      program: './restore.sh',
      env: { LIVE: live?.url('shop'), SCRATCH: scratchUrl, BIN: bin },
      scratch: 'scratch',
      from: 'main',
      tables: [{ table: 'orders' }, { table: 'public.users' }],
      rtoAtMost: '5m',
      rpo: { sql: 'select max(created_at) as newest from orders', atMost: '10m' },
      ...over,
    },
    { databases: { main: live?.url('shop'), scratch: scratchUrl } },
    { commands: ['./restore.sh'] },
  );
  const surroundings = { home, env: process.env, redactor: redactorOf(plan) };
  return probeFinding('the-check', () => probeRestore(probe, plan, surroundings));
}

const RESTORE =
  '"$BIN/pg_dump" --format=custom --file=shop.dump "$LIVE"; "$BIN/pg_restore" --no-owner --dbname="$SCRATCH" shop.dump';
const psql = (sql: string): string => `; "$BIN/psql" -q "$SCRATCH" -c "${sql}"`;

wanted('a back-up that can be restored, by pg_dump and pg_restore', async () => {
  const finding = await drill(RESTORE, await scratch());
  expect(finding).toMatchObject({ outcome: 'pass' });
  const { detail } = finding;
  if (detail?.kind !== 'probe') throw new Error('no statements');
  expect(detail.statements.map(({ name }) => name)).toEqual([
    'restore',
    'time to restore (RTO)',
    'rows of orders',
    'rows of public.users',
    'newest that is lost (RPO)',
  ]);
});

wanted.each<[string, string, Over, Over]>([
  [
    'rows that are missing',
    RESTORE + psql('delete from orders where id < 6'),
    {},
    { measured: 95, unit: 'rows' },
  ],
  ['a table that is missing', RESTORE + psql('drop table users'), {}, { measured: 'no such table' }],
  // Then nothing says how old the newest row is, which is no doubt of what is missing.
  ['every row of the table that the RPO asks', RESTORE + psql('delete from orders'), {}, { measured: 0 }],
  ['the table that the RPO asks', RESTORE + psql('drop table orders'), {}, { measured: 'no such table' }],
  [
    'the newest hour',
    RESTORE + psql('delete from orders where id > 40'),
    { tables: [{ table: 'orders', differsAtMost: 80 }] },
    { measured: '1 h' },
  ],
  [
    'an archive that is broken',
    'echo broken > shop.dump; "$BIN/pg_restore" --dbname="$SCRATCH" shop.dump',
    {},
    { cause: 'restore-failed' },
  ],
  ['a time that is too long', `${RESTORE}; sleep 1.1`, { rtoAtMost: '1s' }, { cause: 'restored-otherwise' }],
])('%s: fails', async (_, script, over, wantedFinding) => {
  expect(await drill(script, await scratch(), over)).toMatchObject({ outcome: 'fail', ...wantedFinding });
});

wanted('a few rows less than in a table that lives on are allowed', async () => {
  const tables = [{ table: 'orders', differsAtMost: 5 }];
  const finding = await drill(RESTORE + psql('delete from orders where id < 6'), await scratch(), { tables });
  expect(finding).toMatchObject({ outcome: 'pass' });
});

wanted('nothing is restored into a database that is used, holds tables, or cannot be told', async () => {
  // By another name for the same machine, so that only the server can tell that it is the same.
  const same = (live?.url('shop') ?? '').replace('127.0.0.1', 'localhost');
  expect(await drill('touch ran', same)).toMatchObject({ outcome: 'unknown', cause: 'scratch-in-use' });
  const full = await scratch('create table left_over()');
  expect(await drill('touch ran', full)).toMatchObject({ outcome: 'unknown', cause: 'scratch-not-empty' });
  const away = 'postgres://app@127.0.0.1:1/scratch';
  expect(await drill('touch ran', away)).toMatchObject({ outcome: 'unknown', cause: 'database-unavailable' });
  await expect(drill('touch ran', full, { from: 'scratch' })).rejects.toThrow(/1 problem/);
  const { access } = await import('node:fs/promises');
  await expect(access(path.join(home, 'ran'))).rejects.toThrow();
  expect(
    await drill(`"$BIN/psql" -q "$SCRATCH" -c "drop table left_over"; ${RESTORE}`, full, {
      scratchMayHoldTables: true,
    }),
  ).toMatchObject({ outcome: 'pass' });
});

wanted('a scratch database with tables of somebody else is not empty', async () => {
  const full = await scratch(
    'create role keeper login; create table theirs(); revoke all on theirs from public',
  );
  const keeper = full.replace('app@', 'keeper@');
  expect(keeper).not.toBe(full);
  expect(await drill('touch ran', keeper)).toMatchObject({ outcome: 'unknown', cause: 'scratch-not-empty' });
});

wanted('a restored table that the role may not read is there, and unknown', async () => {
  const empty = await scratch('create role counter login');
  const asCounter = empty.replace('app@', 'counter@');
  expect(asCounter).not.toBe(empty);
  const script = RESTORE.replaceAll('"$SCRATCH"', `"${empty}"`);
  expect(await drill(script, asCounter)).toMatchObject({ outcome: 'unknown', cause: 'database-unavailable' });
});

wanted('a program that cannot reach what it needs is unknown', async () => {
  const script = '"$BIN/pg_dump" --file=x.dump postgres://app@127.0.0.1:1/shop';
  expect(await drill(script, await scratch())).toMatchObject({
    outcome: 'unknown',
    cause: 'command-could-not-ask',
  });
});
