import { chmod, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { redactorOf } from '../../../safety/redactor.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { probeBackup } from '../../../suites/probes/backup-probe.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { type JsonServer, planOf, startJson } from './look-at.ts';

type Over = Readonly<Record<string, unknown>>;
const HOUR = 3_600_000;

let home: string;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'greenlight-backup-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function look(probe: Over, target: Over = {}, allow: Over = {}): Promise<Finding> {
  const { plan, probe: one } = planOf('backup', { atMost: '2h', ...probe }, target, allow);
  const surroundings = { home, env: process.env, redactor: redactorOf(plan) };
  return probeFinding('the-check', () => probeBackup(one, plan.target, surroundings));
}

describe('files', () => {
  const folder = 'backups';
  const put = async (name: string, size: number, hoursAgo: number): Promise<void> => {
    const file = path.join(home, folder, name);
    await writeFile(file, 'x'.repeat(size));
    const at = new Date(Date.now() - hoursAgo * HOUR);
    await utimes(file, at, at);
  };
  beforeEach(async () => {
    await rm(path.join(home, folder), { recursive: true, force: true });
    await mkdir(path.join(home, folder));
  });
  const source = { adapter: 'files', folder, names: '\\.dump$' };

  test('new enough, large enough, enough of them; and each that is not', async () => {
    await put('a.dump', 1000, 190);
    await put('b.dump', 1000, 25);
    await put('c.dump', 990, 1);
    await put('notes.txt', 1, 0);
    const all = {
      source,
      size: { atLeast: 500, ofLast: 90 },
      place: 'backups/c\\.dump$',
      keeps: { atLeast: 3, back: '7d', noneOlderThan: '8d' },
    };
    expect(await look(all)).toMatchObject({ outcome: 'pass', sampleSize: 3 });
    const wrong: readonly Over[] = [
      { ...all, atMost: '30m' },
      { ...all, size: { atLeast: 2000 } },
      { ...all, place: '^/mnt/safe' },
      { ...all, keeps: { atLeast: 4 } },
      { ...all, keeps: { back: '30d' } },
      { ...all, keeps: { noneOlderThan: '2d' } },
    ];
    for (const one of wrong) expect(await look(one)).toMatchObject({ outcome: 'fail', cause: 'backup' });
    await put('d.dump', 400, 0);
    expect(await look(all)).toMatchObject({ outcome: 'fail', measured: 400 });
    expect(await look({ source, size: { ofLast: 90 } })).toMatchObject({
      outcome: 'fail',
      measured: 40.4,
      unit: '%',
    });
  });

  test('no folder, none in it, none before it, and one of tomorrow are unknown', async () => {
    expect(await look({ source })).toMatchObject({ outcome: 'unknown', cause: 'no-backups' });
    await put('a.dump', 10, 1);
    expect(await look({ source, size: { ofLast: 90 } })).toMatchObject({
      outcome: 'unknown',
      cause: 'nothing-before',
    });
    expect(await look({ source: { ...source, folder: 'nowhere' } })).toMatchObject({
      outcome: 'unknown',
      cause: 'backups-unlisted',
    });
    await put('b.dump', 10, -24);
    expect(await look({ source })).toMatchObject({ outcome: 'unknown', cause: 'own-clock' });
  });
});

describe('a program', () => {
  const program = './list.sh';
  const source = { adapter: 'command', program };
  const prints = async (text: string, code = 0): Promise<Finding> => {
    const file = path.join(home, 'list.sh');
    await writeFile(file, `#!/bin/sh\ncat <<'END'\n${text}\nEND\nexit ${code}\n`);
    await chmod(file, 0o755);
    return look({ source, size: { ofLast: 50 } }, {}, { commands: [program] });
  };
  const at = (hoursAgo: number): string => new Date(Date.now() - hoursAgo * HOUR).toISOString();
  const list = (hoursAgo: number): string =>
    JSON.stringify([
      { name: 'a', size: 10, at: at(30) },
      { name: 'b', size: 9, at: at(hoursAgo), place: 'vault:b' },
    ]);

  test('that does not say how large the newest is hides no other fault', async () => {
    const silent = (hoursAgo: number): string =>
      JSON.stringify([
        { name: 'a', size: 10, at: at(30) },
        { name: 'b', at: at(hoursAgo), place: 'vault:b' },
      ]);
    expect(await prints(silent(1))).toMatchObject({ outcome: 'unknown', cause: 'not-said' });
    expect(await prints(silent(3))).toMatchObject({ outcome: 'fail', measured: '3 h' });
  });

  test('prints a list, or something else', async () => {
    expect(await prints(list(1))).toMatchObject({ outcome: 'pass' });
    expect(await prints(list(3))).toMatchObject({ outcome: 'fail', measured: '3 h' });
    expect(await prints('no list')).toMatchObject({ outcome: 'unknown', cause: 'backups-unlisted' });
    expect(await prints(list(1), 1)).toMatchObject({ outcome: 'unknown', cause: 'backups-unlisted' });
    await expect(look({ source })).rejects.toThrow(/1 problem/);
  });
});

describe('a bucket', () => {
  let s3: JsonServer;
  beforeAll(async () => {
    s3 = await startJson();
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test').stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await s3.close();
  });
  const object = (key: string, hoursAgo: number, size: number): string =>
    `<Contents><Key>${key}</Key><LastModified>${new Date(Date.now() - hoursAgo * HOUR).toISOString()}</LastModified><Size>${size}</Size></Contents>`;
  const page = (objects: string, next?: string): string =>
    `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>vault</Name><IsTruncated>${next !== undefined}</IsTruncated>${
      next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`
    }${objects}</ListBucketResult>`;
  const source = () => ({
    adapter: 's3',
    bucket: 'vault',
    prefix: 'shop/',
    region: 'eu-central-1',
    url: s3.url,
  });

  test('is listed page by page; the newest may be on the last one', async () => {
    const asked: string[] = [];
    let newest = 1;
    s3.answer = ({ url = '' }) => {
      asked.push(url);
      return url.includes('continuation-token')
        ? [200, page(object('shop/new.dump', newest, 100))]
        : [200, page(object('shop/', 0, 0) + object('shop/old.dump', 26, 100), 'more')];
    };
    const probe = {
      source: source(),
      size: { ofLast: 90 },
      place: '^s3://vault/shop/',
      keeps: { atLeast: 2 },
    };
    expect(await look(probe)).toMatchObject({ outcome: 'pass', sampleSize: 2 });
    expect(asked[0]).toMatch(/^\/vault\/?\?.*list-type=2.*prefix=shop%2F/);
    newest = 3;
    expect(await look(probe)).toMatchObject({ outcome: 'fail', measured: '3 h' });
  });

  test('that does not let us in, or is away, is unknown', async () => {
    s3.answer = () => [
      403,
      '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
    ];
    expect(await look({ source: source() })).toMatchObject({ outcome: 'unknown', cause: 'backups-unlisted' });
    expect(await look({ source: { ...source(), url: 'http://127.0.0.1:1' } })).toMatchObject({
      outcome: 'unknown',
      cause: 'backups-unlisted',
    });
  });
});

describe('the archiver of PostgreSQL', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster('newest', ['archive_mode=on']);
  });
  afterAll(() => cluster.stop());
  const archiver = (over: Over = {}): Promise<Finding> =>
    look(
      { source: { adapter: 'archiver', database: 'main' }, ...over },
      { databases: { main: cluster.url() } },
    );
  /** Fills pieces of the log until the archiver has taken one: a changed setting reaches it in its own time. */
  const until = (condition: string): Promise<void> =>
    cluster.run(
      'postgres',
      `do $$ begin for i in 1..100 loop
         perform pg_logical_emit_message(false, 'test', 'x'); perform pg_switch_wal(); perform pg_sleep(0.2);
         perform pg_stat_clear_snapshot(); exit when (select ${condition} from pg_stat_archiver);
       end loop; end $$`,
    );

  /** Not at the start: what the command line of the server says, nothing can change. */
  const archiveBy = async (program: string): Promise<void> => {
    await cluster.run('postgres', `alter system set archive_command = '${program}'`);
    await cluster.run('postgres', 'select pg_reload_conf()');
  };

  test('archives, and fails', async () => {
    // What it archived before it began to count, nobody knows.
    expect(await archiver()).toMatchObject({ outcome: 'unknown', cause: 'counters-reset' });
    await expect
      .poll(() => archiver({ atMost: '1s' }), { timeout: 10_000 })
      .toMatchObject({ outcome: 'fail', measured: 'nothing archived yet' });
    await archiveBy('/bin/true');
    await until('archived_count > 0');
    expect(await archiver()).toMatchObject({ outcome: 'pass' });
    await archiveBy('/bin/false');
    await until('failed_count > 0');
    expect(await archiver()).toMatchObject({
      outcome: 'fail',
      cause: 'archiver',
      measured: expect.stringContaining('failed on') as string,
    });
    await expect(archiver({ keeps: { atLeast: 2 } })).rejects.toThrow(/1 problem/);
  });
});
