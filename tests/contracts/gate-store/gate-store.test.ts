import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ALIVE_MS, type GateStore, type RunOrder } from '../../../contract/ports/gate-store.ts';
import { createFolderStore } from '../../../gate/folder-store.ts';
import { migrateStore, openPostgresStore } from '../../../gate/postgres/store.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { MINUTE, storedOf, TARGET, verdictOf } from '../../unit/gate/verdicts.ts';

const ORDER: RunOrder = {
  target: TARGET,
  phase: 'post-cutover',
  release: '2.0.0',
  commit: null,
  artifact: null,
  nonce: 'deploy-1',
};
const go = storedOf(verdictOf({ decision: 'GO' }), '{"payload":"..."}');
const refusal = storedOf(verdictOf({ decision: 'NO_GO' }));
const pending = storedOf(verdictOf({ decision: 'pending' }));

let cluster: TestCluster;
let directory: string;
let databases = 0;
let url: string;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-store-'));
  databases += 1;
  url = await cluster.database(`gate${databases}`);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface Kind {
  readonly name: string;
  /** Each call is another start of the gate on what the last one left. */
  open(): Promise<GateStore>;
  /** Makes the last sign of life of a run old. */
  silence(id: string): Promise<void>;
}

const long = new Date(Date.now() - ALIVE_MS - MINUTE);
const KINDS: readonly Kind[] = [
  {
    name: 'folder',
    open: () => Promise.resolve(createFolderStore(directory)),
    silence: (id) => {
      utimesSync(path.join(directory, '.gate/runs', `${id}.json`), long, long);
      return Promise.resolve();
    },
  },
  {
    name: 'PostgreSQL',
    async open() {
      await migrateStore(url);
      return openPostgresStore(url, () => undefined);
    },
    silence: (id) =>
      cluster.run(
        `gate${databases}`,
        `update greenlight_gate.started_run set beat_at = '${long.toISOString()}' where id = '${id}'`,
      ),
  },
];

describe.each(KINDS)('a store of a gate: $name', (kind) => {
  const open: GateStore[] = [];
  const start = async (): Promise<GateStore> => {
    const store = await kind.open();
    open.push(store);
    return store;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((store) => store.close()));
  });

  test('what was kept is there after a restart, word for word, and only for its target', async () => {
    const store = await start();
    expect((await store.about(TARGET)).verdicts).toEqual([]);
    await store.keep(go);
    const restarted = await start();
    expect(await restarted.about(TARGET)).toEqual({ verdicts: [go], unreadable: [] });
    expect((await restarted.about('staging')).verdicts).toEqual([]);
  });

  const later = (verdict: typeof go, minutes: number): typeof go => ({
    ...verdict,
    digest: `sha256:${minutes}`,
    decidedAt: new Date(Date.parse(verdict.decidedAt) + minutes * MINUTE).toISOString(),
  });
  const inconclusive = storedOf(verdictOf({ decision: 'INCONCLUSIVE' }));
  const stands = async (store: GateStore): Promise<unknown> => (await store.about(TARGET)).verdicts;

  test('a pending verdict is replaced by a decided one, and a NO_GO by nothing', async () => {
    const store = await start();
    await store.keep(pending);
    expect(await stands(store)).toEqual([pending]);
    expect(await store.keep(refusal)).toEqual({ how: 'kept' });
    for (const next of [go, later(go, 5), inconclusive, pending])
      expect(await store.keep(next)).toEqual({ how: 'refused', stands: refusal });
    expect(await stands(store)).toEqual([refusal]);
    expect(await stands(await start())).toEqual([refusal]);
  });

  test.each([
    ['a person refused after the GO', go, later(refusal, 1), 'kept'],
    ['a NO_GO that was decided at the same moment', go, refusal, 'kept'],
    ['a NO_GO whose clock is behind', go, later(refusal, -5), 'kept'],
    ['a word was taken back', go, later(inconclusive, 1), 'kept'],
    ['a person gave the missing word', inconclusive, later(go, 1), 'kept'],
    ['an older verdict', go, later(inconclusive, -1), 'refused'],
    ['the same again', go, go, 'there-already'],
    [
      'another target whose run has the same name',
      go,
      { ...later(refusal, 1), target: 'staging' },
      'refused',
    ],
  ] as const)('after %s', async (_title, before, next, how) => {
    const store = await start();
    await store.keep(before);
    expect((await store.keep(next)).how).toBe(how);
    const expected = how === 'kept' ? [next] : [before];
    expect(await stands(store)).toEqual(expected);
    expect(await stands(await start())).toEqual(expected);
  });

  test('one run at a time on a target, and one for each id', async () => {
    const store = await start();
    const claim = (id: string, order = ORDER): ReturnType<GateStore['claim']> =>
      store.claim({ id, order, by: 'ci' });
    const answers = await Promise.all(['run-a', 'run-a', 'run-b'].map((id) => claim(id)));
    expect(answers.map(({ how }) => how)).toEqual(['started', 'known', 'busy']);
    expect(answers[2]).toMatchObject({ run: { id: 'run-a' } });
    expect((await claim('run-c', { ...ORDER, target: 'staging' })).how).toBe('started');
    await store.end('run-a', 20);
    expect((await claim('run-b')).how).toBe('started');
    expect(await claim('run-a')).toMatchObject({ how: 'known', run: { exitCode: 20, alive: false } });
  });

  test('a run whose gate died is found after the restart, and holds the target no longer', async () => {
    const store = await start();
    await store.claim({ id: 'run-a', order: ORDER, by: 'ci' });
    const restarted = await start();
    expect(await restarted.find('run-a')).toMatchObject({
      id: 'run-a',
      order: ORDER,
      by: 'ci',
      endedAt: null,
      exitCode: null,
      alive: true,
    });
    await kind.silence('run-a');
    expect(await restarted.find('run-a')).toMatchObject({ endedAt: null, alive: false });
    expect((await restarted.claim({ id: 'run-b', order: ORDER, by: 'ci' })).how).toBe('started');
    await restarted.beat('run-a');
    expect(await restarted.find('run-a')).toMatchObject({ alive: true });
    expect(await restarted.find('run-z')).toBeUndefined();
  });
});

describe('PostgreSQL', () => {
  test('is used only at the version of the gate; nothing is created by opening it', async () => {
    await expect(openPostgresStore(url, () => undefined)).rejects.toThrow(/holds no schema/);
    expect(await migrateStore(url)).toEqual({ before: 0, after: 1 });
    expect(await migrateStore(url)).toEqual({ before: 1, after: 1 });
    await cluster.run(`gate${databases}`, 'insert into greenlight_gate.version (version) values (99)');
    await expect(openPostgresStore(url, () => undefined)).rejects.toThrow(/version 99/);
    const nowhere = url.replace(/:\d+\//, ':1/');
    await expect(openPostgresStore(nowhere, () => undefined)).rejects.toThrow(/cannot be used/);
  });

  test('a role that may only read and write is enough for a gate', async () => {
    await migrateStore(url);
    await cluster.run(
      `gate${databases}`,
      `create role gatekeeper${databases} login;
       grant usage on schema greenlight_gate to gatekeeper${databases};
       grant select, insert, update on all tables in schema greenlight_gate to gatekeeper${databases};`,
    );
    const store = await openPostgresStore(
      cluster.url(`gate${databases}`, `gatekeeper${databases}`),
      () => undefined,
    );
    await store.keep(go);
    expect((await store.claim({ id: 'run-a', order: ORDER, by: 'ci' })).how).toBe('started');
    await store.end('run-a', 0);
    expect((await store.about(TARGET)).verdicts).toEqual([go]);
    await store.close();
  });

  test('a server that stopped is an error, and never an empty store', async () => {
    const own = await startCluster();
    const problems: string[] = [];
    try {
      await migrateStore(own.url());
      const store = await openPostgresStore(own.url(), (problem) => problems.push(problem));
      await store.keep(go);
      await own.crash();
      await expect(store.about(TARGET)).rejects.toThrow();
      await store.close();
    } finally {
      await own.stop();
    }
  });
});
