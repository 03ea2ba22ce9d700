import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runInThisContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GreenlightError } from '../../../contract/errors.ts';
import { parsePlan, type Plan } from '../../../contract/plan/plan.ts';
import { secret } from '../../../contract/plan/secret.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { greenlightIn } from './greenlight-command.ts';

const PASSWORD = 'hunter2-is-a-password';
let cluster: TestCluster;
let directory: string;

const OLD = `
  create table orders(id int primary key, total numeric(12,3), note text, placed_at timestamp(6), updated_at timestamp);
  insert into orders select g, g + 0.5, 'note ' || g, '2026-01-01 10:00:00.123456', '2026-01-01' from generate_series(1, 40) g;
  create table customers(id int primary key, name text, fax text); insert into customers values (1, 'a', null);
  create table invoices(id int primary key, number text, amount int, customer_id int, paid bool);
  insert into invoices values (1, 'A', 1, 1, true);
  create table sessions(sid text primary key, data text); insert into sessions values ('old', 'x');
  create table flyway_schema_history(installed_rank int primary key, script text); insert into flyway_schema_history values (1, 'V1');
  create table visits(id int primary key, at date); insert into visits values (1, '2026-01-01');
  create table drafts(id int primary key);
  create table legacy_export(line text, column_b text); insert into legacy_export values ('only on old', 'b');
  create unlogged table counters(name text primary key, n int); insert into counters values ('a', 1);
  create table notes(body text); insert into notes values ('no key');
  create table devices(id int primary key, email text unique not null); insert into devices values (1, 'a@b.example');
  create sequence tickets; select setval('tickets', 900);
  create index by_note on orders(note);`;

const NEW = `
  create table orders(id int primary key, total numeric(12,3), note text, placed_at timestamp(6), updated_at timestamp);
  insert into orders select g, g + 0.5, 'note ' || g || '  ', date_trunc('milliseconds', timestamp '2026-01-01 10:00:00.123456'), now()
    from generate_series(1, 39) g;
  create table customers(id int primary key, full_name text, tier text default 'basic'); insert into customers values (1, 'a');
  create table sales_invoices(id int primary key, number text, amount int, customer_id int, paid bool);
  insert into sales_invoices values (1, 'A', 1, 1, true);
  create table sessions(sid text primary key, data text); insert into sessions values ('new', 'y');
  create table flyway_schema_history(installed_rank int primary key, script text);
  insert into flyway_schema_history values (1, 'V1'), (2, 'V2');
  create table visits(id int primary key, at date); insert into visits values (1, '2026-01-01');
  create table drafts(id int primary key);
  create table counters(name text primary key, n int); insert into counters values ('a', 1);
  create table notes(body text); insert into notes values ('no key');
  create table devices(id uuid primary key, email text unique not null);
  insert into devices values ('2c5ea4c0-4067-41e9-8bad-9b1deb4d3b7d', 'a@b.example');
  create table loyalty(id int primary key);
  create sequence tickets; select setval('tickets', 1)`;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-suggest-'));
  cluster = await startCluster('newest');
  await cluster.database('old', OLD);
  await cluster.database('new', NEW);
}, 60_000);
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await cluster?.stop();
});

const env = (): Record<string, string> => ({
  // A password that the server does not ask for: it must not be written all the same.
  SHOP_OLD: cluster.url('old', `app:${PASSWORD}`),
  SHOP_NEW: cluster.url('new', `app:${PASSWORD}`),
});

function run(...args: string[]) {
  return greenlightIn({ cwd: directory, env: env() }, ...args);
}

/** The plan with this part, evaluated and checked. */
function planWith(part: string): Plan {
  const evaluate = runInThisContext(`(secret) => ({ ${part} })`) as (from: typeof secret) => object;
  return parsePlan({
    target: {
      name: 'shop',
      urls: { app: 'http://127.0.0.1:1' },
      records: { adapter: 'postgres', url: secret('SHOP_NEW') },
      old: { records: { adapter: 'postgres', url: secret('SHOP_OLD') } },
    },
    ...evaluate(secret),
  });
}

/** Everything that is proposed, in force: code behind slashes begins with a bracket, a key or two blanks. */
function inForce(part: string): string {
  return part.replaceAll(/^(\s*)\/\/ (?=[{}]|'[^']*': ''|addedColumns:| {2}\w+:)/gm, '$1');
}

/** Reasons, filters and moments, as a person would fill them in. */
function filledIn(part: string): string {
  return part
    .replaceAll(`where: ''`, `where: 'id > 0'`)
    .replaceAll(`key: ['']`, `key: ['email']`)
    .replaceAll(`at: ''`, `at: '2026-11-20T02:00:00Z'`)
    .replaceAll(/: ''/g, `: 'agreed with the shop'`);
}

describe('data diff --suggest', () => {
  test('prints a part of a plan that accepts nothing by itself, beside the comparison', async () => {
    const { code, out, err } = await run(
      'data',
      'diff',
      '--old',
      env()['SHOP_OLD'] ?? '',
      '--new',
      env()['SHOP_NEW'] ?? '',
      '--suggest',
    );
    expect(code, err).toBe(10);
    expect(err).toMatch(/public\.orders +different/);
    const plan = planWith(out);
    expect(plan.data.otherTables).toMatchObject({ compare: 'rows' });
    expect(plan.data.tables).toEqual([]);
    expect(plan.data.addedColumns).toBeUndefined();
    // The table of a tool about itself is all that is left out.
    expect(Object.keys(plan.data.except)).toEqual(['public.flyway_schema_history']);
    // What was equal is not talked about.
    expect(out).not.toMatch(/visits|notes/);
    expect(err + out).not.toContain(PASSWORD);
  });

  test('says what each difference would need, and refuses it without a reason', async () => {
    const { out } = await run(
      'data',
      'diff',
      '--old',
      env()['SHOP_OLD'] ?? '',
      '--new',
      env()['SHOP_NEW'] ?? '',
      '--suggest',
    );
    let refusal: unknown;
    try {
      planWith(inForce(out));
    } catch (error) {
      refusal = error;
    }
    const problems = (refusal as GreenlightError).problems?.map(({ path: at }) => at) ?? [];
    expect(problems).toEqual(
      expect.arrayContaining(['data.except.public.sessions', 'data.except.public.legacy_export']),
    );
    expect(problems.some((at) => /^data\.tables\[\d\]\.exclude\.updated_at$/.test(at))).toBe(true);

    const { data } = planWith(filledIn(inForce(out)));
    const table = (name: string) => data.tables.find(({ old }) => JSON.stringify(old).includes(name));
    expect(table('orders')).toMatchObject({
      old: { table: 'public.orders' },
      policies: { note: { trim: 'end' }, placed_at: { moments: { to: 'millisecond', by: 'truncate' } } },
      exclude: { updated_at: expect.any(String) as string },
    });
    expect(table('orders')?.policies).not.toHaveProperty('total');
    expect(table('customers')).toMatchObject({
      columns: { name: 'full_name' },
      exclude: { fax: expect.any(String) as string },
    });
    expect(table('invoices')).toMatchObject({ old: 'public.invoices', new: 'public.sales_invoices' });
    expect(table('devices')).toMatchObject({ key: ['email'], exclude: { id: expect.any(String) as string } });
    expect(table('sessions')).toBeUndefined();
    expect(data.addedColumns).toBe('expected');
    expect(out).toContain('public.customers.tier');
    expect(out).toContain('public.loyalty is on new only');
    expect(out.replaceAll(/\s*\n\s*\/\/ /g, ' ')).toContain(
      'its key has another kind on new: id (integer, uuid)',
    );
  });

  test('with what it says, filled in, the tables that it is about are equal', async () => {
    const { out } = await run(
      'data',
      'diff',
      '--old',
      env()['SHOP_OLD'] ?? '',
      '--new',
      env()['SHOP_NEW'] ?? '',
      '--suggest',
      '--json',
      '--tables',
      'invoices,sales_invoices,visits',
    );
    const json = JSON.parse(out) as {
      plan: string;
      suggestions: { key: string; inForce: boolean }[];
      tables: object[];
    };
    expect(json.tables).toHaveLength(3);
    expect(json.suggestions.map(({ key }) => key)).toContain('data.tables');
    expect(json.suggestions.every((one) => !one.inForce)).toBe(true);
    expect(planWith(filledIn(inForce(json.plan))).data.tables).toHaveLength(1);
  });

  test('shows no values that nobody asked for', async () => {
    const masked = await run(
      'data',
      'diff',
      '--old',
      env()['SHOP_OLD'] ?? '',
      '--new',
      env()['SHOP_NEW'] ?? '',
      '--suggest',
      '--json',
      '--tables',
      'orders',
    );
    expect(masked.out).not.toContain('note 7');
    const shown = await run(
      'data',
      'diff',
      '--old',
      env()['SHOP_OLD'] ?? '',
      '--new',
      env()['SHOP_NEW'] ?? '',
      '--suggest',
      '--json',
      '--tables',
      'orders',
      '--values',
    );
    expect(shown.out).toContain('note 7');
  });

  test('two equal databases leave nothing to suggest', async () => {
    await cluster.database('twin', OLD);
    const { code, out } = await run(
      'data',
      'diff',
      '--old',
      env()['SHOP_OLD'] ?? '',
      '--new',
      cluster.url('twin'),
      '--suggest',
      '--tables',
      'orders,customers',
    );
    expect(code).toBe(0);
    expect(planWith(out).data).toMatchObject({ tables: [], except: {} });
    expect(out).not.toContain('orders');
  });

  test('what it can not do together is refused, all at once', async () => {
    const { code, err } = await run(
      'data',
      'diff',
      '--old',
      env()['SHOP_OLD'] ?? '',
      '--new',
      env()['SHOP_NEW'] ?? '',
      '--suggest',
      '--quick',
      '--segment',
      '1/2',
    );
    expect(code).toBe(64);
    expect(err).toContain('--quick compares no values');
    expect(err).toContain('--suggest needs the whole comparison');
  });
});

test('data state --suggest names what would be accepted, and accepts nothing', async () => {
  const args = [
    'data',
    'state',
    '--old',
    env()['SHOP_OLD'] ?? '',
    '--new',
    env()['SHOP_NEW'] ?? '',
    '--watch',
    '1',
    '--checks',
    'sequences-go-on,indexes-are-kept,views-are-filled',
  ];
  const { code, out, err } = await run(...args, '--suggest');
  expect(code, err).toBe(10);
  expect(err).toContain('sequences-go-on');
  expect(planWith(out).data.state?.except).toEqual([]);
  const filled = out
    .replaceAll(/^(\s*)\/\/ (?=\{ check:)/gm, '$1')
    .replaceAll(/because: ''/g, `because: 'tickets begin anew'`);
  const except = planWith(filled).data.state?.except ?? [];
  expect(except.find(({ check }) => check === 'sequences-go-on')?.objects).toEqual(['public.tickets']);
  expect(except.map(({ check }) => check)).not.toContain('views-are-filled');
  const json = JSON.parse((await run(...args, '--suggest', '--json')).out) as {
    suggestions: object[];
    checks: object[];
  };
  expect(json.checks).toHaveLength(3);
  expect(json.suggestions.length).toBeGreaterThan(0);
});

describe('init with two databases', () => {
  test('writes all tables except, names variables, and holds no address', async () => {
    const { code, out, err } = await run('init', '--old', 'SHOP_OLD', '--new', 'SHOP_NEW');
    expect(code, err).toBe(0);
    expect(out).toMatch(/wrote +greenlight\.config\.mts/);
    expect(err).toMatch(/databases: 11 tables of old, 11 of new; \d+ differences to decide/);
    const text = readFileSync(path.join(directory, 'greenlight.config.mts'), 'utf8');
    expect(text).toContain(`url: secret('SHOP_OLD')`);
    expect(text).toContain(`url: secret('SHOP_NEW')`);
    expect(text).not.toMatch(/hunter2|127\.0\.0\.1:(?!3000)/);
    const from = text.indexOf('data: {\n') - 2;
    const part = text.slice(from, text.indexOf('\n  },\n', from) + 5);
    const { data } = planWith(part);
    expect(data.otherTables).toMatchObject({ compare: 'rows' });
    expect(Object.keys(data.except)).toEqual(['public.flyway_schema_history']);
    expect(data.tables).toEqual([]);
    for (const told of [
      /sessions by its name holds sessions/,
      /counters is unlogged/,
      /public\.drafts is empty on both sides/,
      /public\.notes has no key/,
      /legacy_export is on old only/,
      /public\.sales_invoices of new has 5 of its 5 columns/,
      /may differ by design: public\.orders\.updated_at/,
      /public\.loyalty is on new only/,
    ])
      expect(part.replaceAll(/\s*\n\s*\/\/ /g, ' ')).toMatch(told);
    expect(planWith(filledIn(inForce(part))).data.tables.length).toBeGreaterThanOrEqual(3);
  });

  test('a database that can not be read is named, and the plan is written without it', async () => {
    const { code, out, err } = await run(
      'init',
      '--dry-run',
      '--old',
      'SHOP_OLD',
      '--new',
      `postgres://app:${PASSWORD}@127.0.0.1:1/shop`,
    );
    expect(code, err).toBe(0);
    expect(err).toContain('The new database could not be read');
    expect(out).toContain('defineConfig');
    expect(out + err).not.toContain(PASSWORD);
  });

  test('all that is wrong with the command line is told at once', async () => {
    const { code, err } = await run('init', '--url', 'shop', '--old', 'NOWHERE', '--dry-run');
    expect(code).toBe(64);
    expect(err).toContain('--url: "shop" is no http or https address');
    expect(err).toContain('the environment has no variable NOWHERE');
    expect(err).toContain('--new is missing');
  });
});
