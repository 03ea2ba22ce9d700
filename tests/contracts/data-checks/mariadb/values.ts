import { beforeAll, describe, expect, test } from 'vitest';
import type { TableDiff } from '../../../../data-checks/postgres/rows/table-diff.ts';
import { MARIADB_CORPUS, NOT_COMPARABLE } from './corpus.ts';
import { diff, servers } from './servers.ts';

/** Values of every type: equal in another guise, told apart, or not compared. */
export function describeValues(): void {
  describe('the corpus', () => {
    let tables: ReadonlyMap<string, TableDiff>;
    const rows = (which: 0 | 1): string =>
      MARIADB_CORPUS.map(({ old: before, new: after, equal, different }, at) => {
        const values = [
          ...equal.map((pair, row) => `(${row}, ${pair[which]})`),
          ...different.map((pair, row) => `(${100 + row}, ${pair[which]})`),
        ];
        return `create table c${at}(id int primary key, v ${which === 0 ? before : after}); insert into c${at} values ${values.join(', ')}`;
      }).join(';');

    beforeAll(async () => {
      await Promise.all([
        servers().old.run('corpus', `set sql_mode = 'ALLOW_INVALID_DATES'; ${rows(0)}`),
        servers().next.database('corpus', `create type mood as enum('new', 'done'); ${rows(1)}`),
      ]);
      const found = await diff('corpus', { mostShown: 100 });
      tables = new Map(found.tables.map((table) => [table.old, table]));
    }, 60_000);

    test.each(MARIADB_CORPUS.map((entry, at) => [entry.old, entry.new, at, entry] as const))(
      '%s and %s: equal in another guise, and told apart',
      (_, __, at, { different }) => {
        const table = tables.get(`c${at}`);
        const keys = different.map((___, row) => String(100 + row));
        expect(table?.differences.map((row) => row.key[0]).sort(), JSON.stringify(table)).toEqual(keys);
        expect(table).toMatchObject({
          answer: 'different',
          missing: 0,
          extra: 0,
          changed: different.length,
        });
        expect(
          table?.differences.every((row) => row.cells[0]?.column === 'v' && row.cells.length === 1),
        ).toBe(true);
      },
    );
  });

  test('types that have no common form are not checked, never equal', async () => {
    const create = (which: 0 | 1): string =>
      NOT_COMPARABLE.map(
        (types, at) =>
          `create table n${at}(id int primary key, v ${types[which]}); insert into n${at}(id) values (1)`,
      ).join(';');
    await Promise.all([
      servers().old.run('incomparable', create(0)),
      servers().next.database('incomparable', create(1)),
    ]);
    const { tables } = await diff('incomparable');
    expect(tables.map(({ old: name, answer, cause }) => [name, answer, cause]).sort()).toEqual(
      NOT_COMPARABLE.map((_, at) => [`n${at}`, 'not-checked', 'columns-differ']).sort(),
    );
    expect(tables.find((table) => table.old === 'n0')?.reason).toContain('v (point on old, point on new)');
  });

  describe('values of millions of bytes', () => {
    const SIZES = { text: 3_000_000, bytes: 1_200_000, edge: 1001 };
    const columns = (text: string, bytes: string): string =>
      `id int primary key, a ${text}, b ${bytes}, c ${text}, d ${text}`;
    const row = (id: number, bytes: string): string =>
      `(${id}, repeat('abcdefghij', ${SIZES.text / 10}), ${bytes}, repeat('x', ${SIZES.edge}), repeat('é', 300))`;

    beforeAll(async () => {
      const old = [1, 2, 3, 4, 5].map((id) => row(id, `repeat(x'00ff', ${SIZES.bytes / 2})`)).join(', ');
      const next = [1, 2, 3, 4, 5]
        .map((id) => row(id, `decode(repeat('00ff', ${SIZES.bytes / 2}), 'hex')`))
        .join(', ');
      await Promise.all([
        servers().old.run(
          'big',
          `create table t(${columns('longtext', 'longblob')}); insert into t values ${old}`,
        ),
        servers().next.database(
          'big',
          `create table t(${columns('text', 'bytea')}); insert into t values ${next}`,
        ),
      ]);
    });

    test('are equal where they are, and told apart by their last characters and middle bytes', async () => {
      expect((await diff('big')).tables).toMatchObject([{ answer: 'equal', oldRows: 5 }]);
      await servers().next.run(
        'big',
        `update t set a = overlay(a placing 'k' from ${SIZES.text}) where id = 1;
         update t set b = set_byte(b, ${SIZES.bytes / 2}, 1) where id = 2;
         update t set c = overlay(c placing 'y' from ${SIZES.edge}) where id = 3;
         update t set d = overlay(d placing 'e' from 300) where id = 4;`,
      );
      const [masked] = (await diff('big')).tables;
      expect(masked?.differences).toEqual(
        ['a', 'b', 'c', 'd'].map((column, at) => ({
          ...{ kind: 'changed', key: [String(at + 1)] },
          cells: [{ column }],
        })),
      );
      const [shown] = (await diff('big', { values: 'shown' })).tables;
      const cell = (at: number) => shown?.differences[at]?.cells[0];
      const digest = (bytes: number) => new RegExp(`… \\(${bytes} bytes, sha256 [0-9a-f]{32}\\)$`);
      for (const [at, bytes] of [
        [0, SIZES.text],
        // As their hexadecimal text.
        [1, 2 * SIZES.bytes],
        [2, SIZES.edge],
      ] as const) {
        expect(cell(at)?.old).toMatch(digest(bytes));
        expect(cell(at)?.new).toMatch(digest(bytes));
        expect(cell(at)?.old).not.toBe(cell(at)?.new);
        expect(cell(at)?.old?.length).toBeLessThan(300);
      }
      expect(cell(0)?.old?.startsWith('abcdefghij')).toBe(true);
      expect(cell(3)).toEqual({ column: 'd', old: 'é'.repeat(300), new: `${'é'.repeat(299)}e` });
    });
  });
}
