import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DiffOptions, diffTables } from '../../../data-checks/postgres/rows/diff-tables.ts';
import type { TableDiff } from '../../../data-checks/postgres/rows/table-diff.ts';
import { eachUsually } from '../../long.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { allStarted } from '../../all-started.ts';

const ROWS = 300_000;
const TABLES = `
  create table by_key(id bigint primary key, v text not null);
  insert into by_key select g, 'v' || g from generate_series(1, ${ROWS}) g;
  create table by_text(code text primary key, v text not null);
  insert into by_text select md5(g::text), 'v' || g from generate_series(1, ${ROWS}) g;
  create table other(id int);
  vacuum analyze;`;

describe('connections that are lost in the middle', () => {
  let old: TestCluster;
  let next: TestCluster;
  beforeAll(async () => {
    // A session that only reads must not move the snapshots; autovacuum would.
    [old, next] = await allStarted([
      startCluster('newest', ['autovacuum=off']),
      startCluster('newest', ['autovacuum=off']),
    ]);
    for (const cluster of [old, next]) {
      await cluster.database('shop');
      for (const statement of TABLES.split(';\n')) await cluster.run('shop', statement);
    }
  }, 120_000);
  afterAll(async () => {
    await Promise.all([old?.stop(), next?.stop()]);
  });

  /** Compares, and lets something happen as soon as the first unit of work is done. */
  async function compare(
    table: string,
    happening: () => Promise<void>,
    options: Partial<DiffOptions> = {},
  ): Promise<{ answer: TableDiff | undefined; read: number }> {
    let read = 0;
    let happened: Promise<void> | undefined;
    const { tables } = await diffTables({
      old: old.url('shop'),
      new: next.url('shop'),
      tables: [{ old: table, new: table }],
      workers: 1,
      portable: true,
      ...options,
      onProgress: (progress) => {
        read = progress.rows;
        happened ??= happening();
      },
    });
    await happened;
    return { answer: tables[0], read };
  }

  async function cut(cluster: TestCluster): Promise<number> {
    const client = new pg.Client({ connectionString: cluster.url() });
    client.on('error', () => undefined);
    await client.connect();
    const { rowCount } = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'shop' and application_name = 'greenlight'`,
    );
    await client.end();
    return rowCount ?? 0;
  }

  test.each(['by_key', 'by_text'])(
    '%s: nothing was written meanwhile: what was read still counts, and nothing is read twice',
    async (table) => {
      const { answer, read } = await compare(table, async () => {
        expect(await cut(old)).toBe(2);
      });
      expect(answer).toMatchObject({ answer: 'equal', oldRows: ROWS, newRows: ROWS });
      expect(read).toBe(2 * ROWS);
    },
  );

  eachUsually(
    ['by_text'],
    [['by_key'], ['by_text']],
    '%s: something was written meanwhile: the table is read from its beginning',
    async (table) => {
      const { answer, read } = await compare(table, async () => {
        await next.run('shop', 'insert into other values (1)');
        expect(await cut(next)).toBe(2);
      });
      expect(answer).toMatchObject({ answer: 'equal', oldRows: ROWS, newRows: ROWS });
      expect(read).toBeGreaterThan(2 * ROWS);
    },
  );

  eachUsually(
    ['by_key'],
    [['by_key'], ['by_text']],
    '%s: a server that crashes and comes back: equal is equal, and a difference is found',
    async (table) => {
      const restart = async (): Promise<void> => {
        await next.crash();
        await next.restart();
      };
      expect((await compare(table, restart)).answer).toMatchObject({ answer: 'equal', newRows: ROWS });
      await next.run('shop', `update ${table} set v = 'w' where v = 'v77'`);
      expect((await compare(table, restart)).answer).toMatchObject({
        answer: 'different',
        changed: 1,
        missing: 0,
      });
      await next.run('shop', `update ${table} set v = 'v77' where v = 'w'`);
    },
  );

  describe('in a pass that looks for the rows that differ', () => {
    /** A way to a server that is cut once, when a statement of `pass` is about to be sent after the first pass is over. */
    async function cutIn(
      cluster: TestCluster,
      pass: string,
    ): Promise<{ readonly url: string; firstPassIsOver: boolean; cuts: number; close(): Promise<void> }> {
      const url = new URL(cluster.url('shop'));
      const sockets = new Set<Socket>();
      const server = createServer((client) => {
        const behind = connect(Number(url.port), url.hostname);
        for (const [one, other] of [
          [client, behind],
          [behind, client],
        ] as const) {
          sockets.add(one);
          one.on('error', () => other.destroy());
          one.on('close', () => (sockets.delete(one), other.destroy()));
        }
        behind.pipe(client);
        client.on('data', (bytes: Buffer) => {
          if (way.cuts === 0 && way.firstPassIsOver && bytes.includes(pass)) {
            way.cuts += 1;
            for (const socket of sockets) socket.destroy();
          } else behind.write(bytes);
        });
      });
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const { port } = server.address() as AddressInfo;
      const way = {
        url: Object.assign(new URL(url), { port: String(port) }).href,
        firstPassIsOver: false,
        cuts: 0,
        close: async () => {
          for (const socket of sockets) socket.destroy();
          await new Promise((closed) => server.close(closed));
        },
      };
      return way;
    }

    beforeAll(async () => {
      for (const table of ['by_key', 'by_text']) {
        await next.run('shop', `update ${table} set v = 'w' where v = 'v777'`);
        await next.run('shop', `delete from ${table} where v = 'v99999'`);
      }
    });
    afterAll(async () => {
      for (const table of ['by_key', 'by_text'])
        await next.run('shop', `update ${table} set v = 'v777' where v = 'w'`);
      await next.run('shop', `insert into by_key values (99999, 'v99999')`);
      await next.run('shop', `insert into by_text values (md5('99999'), 'v99999')`);
    });

    /** What a statement of each pass holds, and no other does. */
    const PASSES = {
      'narrowed down': 'with ordinality r(lo, hi, place)',
      'in buckets': 'as bucket, count(*)',
      'rows are read': 'as rank,',
      'columns are read': 'select array[',
    } as const;
    type Pass = keyof typeof PASSES;
    type Case = [name: string, table: 'by_key' | 'by_text', pass: Pass, side: 'old' | 'new'];
    const cases = (['by_key', 'by_text'] as const).flatMap((table) =>
      (
        [table === 'by_key' ? 'narrowed down' : 'in buckets', 'rows are read', 'columns are read'] as const
      ).flatMap((pass) =>
        (['old', 'new'] as const).map((side): Case => [`${table}, ${pass}, of ${side}`, table, pass, side]),
      ),
    );
    eachUsually(
      [
        'by_key, narrowed down, of new',
        'by_key, rows are read, of old',
        'by_text, in buckets, of old',
        'by_text, columns are read, of new',
      ],
      cases,
      '%s: all rows that differ are found, and no others',
      async (_name, table, pass, side) => {
        const way = await cutIn(side === 'old' ? old : next, PASSES[pass]);
        try {
          const { tables } = await diffTables({
            old: side === 'old' ? way.url : old.url('shop'),
            new: side === 'new' ? way.url : next.url('shop'),
            tables: [{ old: table, new: table }],
            workers: 1,
            portable: true,
            onProgress: ({ rows }) => (way.firstPassIsOver ||= rows >= 2 * ROWS - 1),
          });
          expect(way.cuts).toBe(1);
          expect(tables[0]).toMatchObject({ answer: 'different', changed: 1, missing: 1, extra: 0 });
          expect(tables[0]?.differences.map(({ kind }) => kind).sort()).toEqual(['changed', 'missing']);
          // In which columns they differ is left out then, and said.
          expect(tables[0]?.reason.includes('the connection was lost')).toBe(pass === 'columns are read');
        } finally {
          await way.close();
        }
      },
    );
  });

  test('connections that are cut again and again never give a wrong answer', async () => {
    let ended = false;
    const happening = async (): Promise<void> => {
      while (!ended) await cut(next);
    };
    let cutting: Promise<void> | undefined;
    const begin = async (): Promise<void> => {
      cutting = happening();
    };
    const { answer } = await compare('by_key', begin, { patienceMs: 1000 }).finally(() => (ended = true));
    await cutting;
    expect(answer?.answer).not.toBe('different');
    if (answer?.answer === 'equal') expect(answer).toMatchObject({ oldRows: ROWS, newRows: ROWS });
    else expect(answer).toMatchObject({ answer: 'not-checked', cause: 'connection-lost' });
  });

  test('a server that does not come back: not checked, and tables that were done stay done', async () => {
    const { tables } = await diffTables({
      old: old.url('shop'),
      new: next.url('shop'),
      only: ['by_key', 'by_text', 'other'],
      workers: 1,
      portable: true,
      patienceMs: 300,
      onProgress: ({ table }) => {
        if (table === 'public.by_text') void next.crash();
      },
    });
    expect(tables.map((one) => [one.old, one.answer, one.cause])).toEqual([
      ['public.by_key', 'equal', 'equal'],
      ['public.by_text', 'not-checked', 'connection-lost'],
      ['public.other', 'not-checked', 'connection-lost'],
    ]);
    await next.restart();
  });
});
