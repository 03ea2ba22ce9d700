import { answersGo, answersNoGo, answersUnclear, type HazardGroup, ownPlan } from './hazard.ts';

const BOTH = `records: { adapter: 'postgres', url: secret('NEW_DATABASE_URL') },
  old: { records: { adapter: 'postgres', url: secret('OLD_DATABASE_URL') } },`;

/** A plan that compares these tables, row by row. */
const tables = (...names: string[]) =>
  ownPlan(
    `data: { tables: [${names
      .map(
        (name) =>
          `{ id: '${name}-preserved', title: '${name}', old: '${name}', new: '${name}', compare: 'rows' }`,
      )
      .join(', ')}] },`,
    BOTH,
  );
/** A plan that compares everything besides rows, or some of it. */
const state = (...checks: string[]) =>
  ownPlan(
    `data: { state: { ${checks.length === 0 ? '' : `checks: ${JSON.stringify(checks)},`} watchSeconds: 1 } },`,
    BOTH,
  );

const ORDERS = `create table orders(id int primary key, status text not null, total numeric(12, 2));
  insert into orders select g, 'paid', g from generate_series(1, 100) g;`;
const REFUNDS = `create table refunds(id int primary key); insert into refunds select generate_series(1, 7);`;

/** What became of rows, and of everything else, between an old and a new database. */
export const twoDatabases: HazardGroup = {
  title: 'Two databases that are not the same',
  lead: 'New is what `pg_dump` of old gives to `psql`, and then something is lost, or only looks lost. What nobody compared is never called equal, and what a server only prints otherwise is no loss.',
  hazards: [
    {
      id: 'moved-as-it-was',
      title: 'Everything arrived, and a CHECK with IN is printed otherwise',
      fine: true,
      ...state('columns-are-kept', 'constraints-are-kept', 'indexes-are-kept', 'grants-are-kept'),
      databases: {
        old: `${ORDERS} alter table orders add check (status in ('new', 'paid')), alter status type varchar(20);
          create index open_orders on orders(id) where status in ('new', 'paid') and total > 0;`,
      },
      expected: answersGo('blocking checks passed'),
    },
    {
      id: 'rows-as-they-were',
      title: 'Every row of the only table arrived',
      fine: true,
      ...tables('orders'),
      databases: { old: ORDERS },
      expected: answersGo('blocking checks passed'),
    },
    {
      id: 'two-tables-one-title',
      title: 'Two tables have one title',
      fine: true,
      ...ownPlan(
        `data: { tables: ['orders', 'refunds'].map((name) => ({ id: name + '-preserved', title: 'Every row arrived',
          old: name, new: name, compare: 'rows' as const })) },`,
        BOTH,
      ),
      databases: { old: ORDERS + REFUNDS },
      expected: answersGo('blocking checks passed'),
    },
    {
      id: 'unmapped-table-emptied',
      title: 'A table that the plan does not name is empty on new',
      target: 'broken',
      ...tables('orders'),
      databases: { old: ORDERS + REFUNDS, lost: 'delete from refunds' },
      expected: answersNoGo('no-table-became-empty'),
    },
    {
      id: 'unmapped-table',
      title: 'Nobody compares a table that has rows on both sides',
      ...tables('orders'),
      databases: { old: ORDERS + REFUNDS },
      expected: answersUnclear('tables-are-covered'),
    },
    {
      id: 'one-database-twice',
      title: 'Both addresses lead to one database',
      ...tables('orders'),
      databases: { old: ORDERS, one: true },
      expected: answersUnclear('databases-readable'),
    },
    {
      id: 'row-without-key-lost',
      title: 'A row is lost whose key is NULL',
      target: 'broken',
      ...tables('notes'),
      databases: {
        old: `create table notes(id int unique, note text); insert into notes values (1, 'a'), (2, 'b'), (null, 'c');`,
        lost: 'delete from notes where id is null',
      },
      expected: answersNoGo('notes-preserved'),
    },
    {
      id: 'one-cell-changed',
      title: 'One cell of one row is another',
      target: 'broken',
      ...tables('orders'),
      databases: { old: ORDERS, lost: `update orders set total = total + 0.01 where id = 57` },
      expected: answersNoGo('orders-preserved'),
    },
    {
      id: 'table-locked',
      title: 'Somebody has locked one table of two',
      ...tables('orders', 'refunds'),
      databases: { old: ORDERS + REFUNDS, open: 'lock table refunds' },
      expected: answersUnclear('refunds-preserved'),
    },
    {
      id: 'check-changed',
      title: 'A CHECK demands 100 where it was 10',
      target: 'broken',
      ...state('constraints-are-kept'),
      databases: {
        old: `${ORDERS} alter table orders add constraint small check (total <= 100 and id > -10);`,
        lost: 'alter table orders drop constraint small, add constraint small check (total <= 100 and id > -100)',
      },
      expected: answersNoGo('constraints-are-kept'),
    },
    {
      id: 'partition-missing',
      title: 'An empty partition is missing on new',
      target: 'broken',
      ...state('columns-are-kept'),
      databases: {
        old: `create table visits(id int, day int) partition by list (day);
          create table visits_1 partition of visits for values in (1); insert into visits values (1, 1);
          create table visits_2 partition of visits for values in (2);`,
        lost: 'drop table visits_2',
      },
      expected: answersNoGo('visits_2'),
    },
    {
      id: 'execute-given-to-everybody',
      title: 'EXECUTE of a function is given back to PUBLIC',
      target: 'broken',
      ...state('grants-are-kept'),
      databases: {
        old: `${ORDERS} create function pay(int) returns int language sql as 'select $1';
          revoke execute on function pay from public;`,
        lost: 'grant execute on function pay to public',
      },
      expected: answersNoGo('grants-are-kept'),
    },
    {
      id: 'view-asks-as-its-owner',
      title: 'A view lost its `security_invoker`',
      target: 'broken',
      ...state(),
      databases: {
        old: `${ORDERS} create view paid with (security_invoker = true) as select id from orders where status = 'paid';`,
        lost: 'alter view paid reset (security_invoker)',
      },
      expected: answersNoGo('paid'),
    },
    {
      id: 'transaction-prepared',
      title: 'A prepared transaction waits on old',
      target: 'broken',
      ...state('old-side-is-quiet'),
      databases: {
        old: `${ORDERS}`,
        left: `begin; delete from orders where id = 1; prepare transaction 'left-behind'`,
      },
      expected: answersNoGo('old-side-is-quiet'),
    },
  ],
};
