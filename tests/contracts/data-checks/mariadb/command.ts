import { describe, expect, test } from 'vitest';
import { greenlight } from '../greenlight-command.ts';
import { both, servers } from './servers.ts';

const SECRET = 'hunter2-in-a-cell';

/** `greenlight data diff` with MariaDB as the old side. */
export function describeCommand(): void {
  describe('greenlight data diff', () => {
    const run = (...more: string[]): ReturnType<typeof greenlight> =>
      greenlight(
        'data',
        'diff',
        '--old',
        servers().old.url('shop'),
        '--new',
        servers().next.url('shop'),
        ...more,
      );

    test('answers as for PostgreSQL, with masked values', async () => {
      await both(
        'shop',
        'create table orders(id int primary key, note varchar(50))',
        `insert into orders values (1, 'x'), (2, 'y')`,
        'create table same(id int primary key)',
        'insert into same values (1)',
      );
      await servers().next.run('shop', `update orders set note = '${SECRET}' where id = 2`);
      const { code, out, err } = await run();
      expect(code, err).toBe(10);
      expect(out).toMatch(/orders +different +2 +2 +0 +0 +1/);
      expect(out).toContain('changed id 2 in note');
      expect(out).not.toContain(SECRET);
      expect((await run('--values', '--json')).out).toContain(SECRET);
      expect(await run('--tables', 'same')).toMatchObject({ code: 0 });
    });

    test('suggests a part of a plan that names the old side by its own key, and init writes one', async () => {
      const { code, out, err } = await run('--suggest');
      expect(code, err).toBe(10);
      expect(out).toContain(`oldMysql: secret('OLD_DATABASE_URL'),`);
      expect(out).toMatch(/\/\/ +old: 'orders',\n *\/\/ +new: 'public.orders',/);
      expect(out).toContain(`exclude: { note: '' },`);
      expect(err + out).not.toContain(SECRET);
      const [old, next] = [servers().old.url('shop'), servers().next.url('shop')];
      const plan = await greenlight('init', '--dry-run', '--old', old, '--new', next);
      expect(plan.code, plan.err).toBe(0);
      expect(plan.err).toContain('2 tables of old, 2 of new');
      expect(plan.out).toContain(`oldMysql: secret('OLD_DATABASE_URL'),`);
      expect(plan.out).not.toContain('old: { records');
      expect(plan.out).not.toContain('mysql://');
    });

    test.each([['--quick'], ['--mode', 'live'], ['--segment', '1/2'], ['--direction', 'rollback']])(
      'refuses %s, which needs two PostgreSQL databases',
      async (...args) => {
        const { code, err } = await run(...args);
        expect(code).toBe(64);
        expect(err).toContain('needs two PostgreSQL databases');
      },
    );

    test('refuses it as the new side, and for the state', async () => {
      const url = `mysql://app:${SECRET}@127.0.0.1:1/shop`;
      const ends = [
        await greenlight('data', 'diff', '--old', servers().next.url('shop'), '--new', url),
        await greenlight('data', 'state', '--old', url, '--new', servers().next.url('shop')),
      ];
      expect(ends.map(({ code }) => code)).toEqual([64, 64]);
      expect(ends.map(({ err }) => err).join('')).not.toContain(SECRET);
    });

    test('answers 20 and hides the password when it can not be reached', async () => {
      const url = `mysql://app:${SECRET}@127.0.0.1:1/shop`;
      const { code, out, err } = await greenlight(
        'data',
        'diff',
        '--old',
        url,
        '--new',
        servers().next.url('shop'),
      );
      expect([code, out]).toEqual([20, '']);
      expect(err).toContain('The old database could not be read');
      expect(err).not.toContain(SECRET);
    });
  });
}
