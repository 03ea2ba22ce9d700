import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { HistoryStore } from '../../../contract/ports/history-store.ts';
import type { RunRecord } from '../../../contract/history/run-record.ts';
import { createPostgresStore, migrateHistory } from '../../../history/postgres/store.ts';
import { checkRecord, runRecord } from '../../history/run-record.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';

let cluster: TestCluster;
let url: string;
let databases = 0;
const open: HistoryStore[] = [];
beforeAll(async () => {
  cluster = await startCluster();
}, 60_000);
afterAll(async () => {
  await Promise.all(open.map((store) => store.close()));
  await cluster.stop();
});
beforeEach(async () => {
  databases += 1;
  url = await cluster.database(`history${databases}`);
});

async function store(address = url): Promise<HistoryStore> {
  const opened = await createPostgresStore(address);
  open.push(opened);
  return opened;
}

const at = (day: number, minute: number, different: Partial<RunRecord> = {}): RunRecord =>
  runRecord({
    run: `d${day}m${minute}`,
    startedAt: new Date(Date.UTC(2026, 10, day, 10, minute)).toISOString(),
    ...different,
  });

test('a database without the schema, and one that is not there, say what to do', async () => {
  await expect((await store()).append(at(1, 0))).rejects.toMatchObject({ code: 'HISTORY_OUTDATED' });
  const nobody = await store('postgres://app@127.0.0.1:1/none');
  await expect(nobody.read({ target: 'shop' })).rejects.toMatchObject({ code: 'HISTORY_UNREADABLE' });
  await expect(nobody.append(at(1, 0))).rejects.toMatchObject({ code: 'HISTORY_UNWRITABLE' });
});

test('what could not be asked once is asked again, so that a record is not lost with the reading before it', async () => {
  const opened = await store();
  await expect(opened.read({ target: 'shop' })).rejects.toMatchObject({ code: 'HISTORY_OUTDATED' });
  await migrateHistory(url);
  await opened.append(at(1, 0));
  expect((await opened.read({ target: 'shop' })).records.map(({ run }) => run)).toEqual(['d1m0']);
});

test('two migrations at once make one schema, and a third changes nothing', async () => {
  const both = await Promise.all([migrateHistory(url), migrateHistory(url)]);
  expect(both.map(({ after }) => after)).toEqual([1, 1]);
  expect(await migrateHistory(url)).toEqual({ before: 1, after: 1 });
});

test('many writers lose nothing, a run is kept once, and it is read by target, phase, place, time and number', async () => {
  await migrateHistory(url);
  const writers = await Promise.all(Array.from({ length: 8 }, () => store()));
  await Promise.all(
    writers.flatMap((writer, index) =>
      Array.from({ length: 20 }, (_, minute) =>
        writer.append(at(1, minute, { run: `w${index}m${minute}`, location: `place-${index}` })),
      ),
    ),
  );
  const [one] = writers;
  await one?.append(at(1, 0, { run: 'w0m0', reason: 'another word' }));
  // A text that was cut may end in half a character.
  await one?.append(at(2, 0, { target: 'other', reason: 'a NUL \u0000 and half a \ud83d of the target' }));
  const reader = await store();
  const all = await reader.read({ target: 'shop' });
  expect(all.records).toHaveLength(160);
  expect(all).toMatchObject({ damaged: [], tailDamaged: false });
  expect(all.records.find(({ run }) => run === 'w0m0')?.reason).not.toBe('another word');
  const few = await reader.read({
    target: 'shop',
    phase: 'synthetic',
    location: 'place-3',
    since: at(1, 15).startedAt,
    last: 3,
  });
  expect(few.records.map(({ run }) => run)).toEqual(['w3m17', 'w3m18', 'w3m19']);
  expect((await reader.read({ target: 'other' })).records[0]?.reason).toContain('a NUL');
});

test('a record that somebody damaged costs itself and is told', async () => {
  await migrateHistory(url);
  const one = await store();
  await one.append(at(1, 0));
  await one.append(at(1, 5));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`update greenlight_history.run set record = '{"schema":"x"}' where run = 'd1m5'`);
  await client.end();
  const read = await one.read({ target: 'shop' });
  expect(read.records.map(({ run }) => run)).toEqual(['d1m0']);
  expect(read).toMatchObject({
    tailDamaged: true,
    damaged: [expect.stringContaining('run d1m5 is no record')],
  });
});

test('retention removes what is old and keeps every change, also when two do it at once', async () => {
  await migrateHistory(url);
  const one = await store();
  const fail = { decision: 'NO_GO', checks: [checkRecord({ outcome: 'fail' })] } satisfies Partial<RunRecord>;
  for (const record of [at(1, 0), at(1, 5), at(1, 10, fail), at(2, 0, fail), at(2, 5), at(2, 10), at(20, 0)])
    await one.append(record);
  const other = await store();
  await Promise.all([one.prune('shop', '2026-11-10T00:00:00Z'), other.prune('shop', '2026-11-10T00:00:00Z')]);
  const left = await other.read({ target: 'shop' });
  expect(left.records.map(({ run }) => run)).toEqual(['d1m0', 'd1m10', 'd2m5', 'd20m0']);
  await one.append(at(3, 0));
  expect(await one.prune('shop', '2026-11-10T00:00:00Z')).toEqual({ removed: 1, kept: 0 });
});
