/** A kind of table that costs more than rows of integers do, in time or in memory. */
export interface Shape {
  readonly name: string;
  /** Columns other than the key `id`, which the shapes without a key lack. */
  readonly columns: readonly string[];
  /** SQL that makes and fills it as table `name`, with `ROWS` in place of their number. */
  readonly sql: string;
  /** What is compared: the table as it was made, and after each statement on new. */
  readonly states: readonly State[];
}

export interface State {
  readonly title: string;
  /** Run on new before the comparison. */
  readonly change?: string;
  /** What the comparison has to find among so many rows. */
  readonly found: (rows: number) => string;
  /** Differing lines that another tool has to find: a changed row is two. */
  readonly lines: (rows: number) => number;
}

const EQUAL: State = { title: 'equal', found: () => 'equal -0 +0 ~0', lines: () => 0 };

function oneMissing(name: string, row: string): State {
  return {
    title: 'one row missing',
    change: `delete from ${name} where ctid = (select min(ctid) from ${name} where ${row})`,
    found: () => 'different -1 +0 ~0',
    lines: () => 1,
  };
}

const TEXT_KEY = `md5(g::text)`;
const SPREAD = `(g::int8 * 7919) % 1000003`;

/** A table keyed by something else than an integer: its rows lie in no order of the key. */
function keyed(name: string, type: string, key: string): Shape {
  return {
    name,
    columns: ['amount', 'note'],
    sql: `create table ${name}(id ${type} not null, amount int not null, note text);
      insert into ${name} select ${key}, ${SPREAD}, 'note ' || g from generate_series(1, ROWS) g;
      alter table ${name} add primary key (id);`,
    states: [EQUAL, oneMissing(name, 'amount > 500')],
  };
}

/** A table with an integer key and some columns of one type. */
function columnsOf(name: string, type: string, values: readonly string[]): Shape {
  const columns = values.map((_, index) => `c${index}`);
  return {
    name,
    columns,
    sql: `create table ${name}(id bigint not null, ${columns.map((column) => `${column} ${type}`).join(', ')});
      insert into ${name} select g, ${values.join(', ')} from generate_series(1::bigint, ROWS) g;
      alter table ${name} add primary key (id);`,
    states: [EQUAL, oneMissing(name, 'id > 500')],
  };
}

/** About 2 KB as text: strings, numbers, flags, a list. */
const JSON_2KB = `jsonb_build_object('order', g, 'sku', 'A' || g % 1000, 'paid', g % 2 = 0, 'total', g / 100.0,
  'lines', (select jsonb_agg(jsonb_build_object('product', 'product ' || (g + l) % 5000, 'quantity', l, 'price', (g + l) % 900 / 10.0,
    'note', md5(l::text))) from generate_series(1, 20) l))`;

function many(name: string, key: string, type: string): Shape {
  return {
    name,
    columns: ['amount', 'note'],
    sql: keyed(name, type, key).sql,
    states: [
      {
        title: 'every seventh row changed',
        change: `update ${name} set amount = amount + 1 where (substr(note, 6)::int) % 7 = 0`,
        found: (rows) => `different -0 +0 ~${Math.floor(rows / 7)}`,
        lines: (rows) => 2 * Math.floor(rows / 7),
      },
      {
        title: 'every row changed',
        change: `update ${name} set note = note || '.'`,
        found: (rows) => `different -0 +0 ~${rows}`,
        lines: (rows) => 2 * rows,
      },
    ],
  };
}

export const SHAPES: readonly Shape[] = [
  columnsOf('integers', 'int', [SPREAD, `g % 1000`, `-g`, `g % 7`]),
  columnsOf('numeric', 'numeric(12,2)', [`g / 100.0`, `-g / 7.0`, `g % 100`, `0`]),
  columnsOf(
    'timestamptz',
    'timestamptz',
    [1, 2, 3, 4].map((n) => `timestamptz '2024-01-0${n}Z' + g * interval '1.3 seconds'`),
  ),
  columnsOf('jsonb_2kb', 'jsonb', [JSON_2KB]),
  keyed('text_key', 'text', TEXT_KEY),
  keyed('uuid_key', 'uuid', `${TEXT_KEY}::uuid`),
  {
    name: 'no_key',
    columns: ['amount', 'note', 'placed_at'],
    sql: `create table no_key(amount int not null, note text, placed_at timestamptz);
      insert into no_key select ${SPREAD}, 'note ' || g, timestamptz '2024-01-01Z' + g * interval '1.3 seconds' from generate_series(1, ROWS) g;`,
    states: [EQUAL, oneMissing('no_key', 'amount > 500')],
  },
  many('many_differences', 'g', 'bigint'),
  many('many_differences_uuid', `${TEXT_KEY}::uuid`, 'uuid'),
  {
    name: 'identical_rows',
    columns: ['amount', 'note'],
    sql: `create table identical_rows(amount int, note text);
      insert into identical_rows select 1, 'the same' from generate_series(1, ROWS) g;`,
    states: [EQUAL, oneMissing('identical_rows', 'true')],
  },
];
