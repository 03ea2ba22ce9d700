/** A table of the bench: how it is made, and what the usual way makes of one of its rows. */
export interface BenchTable {
  readonly name: 'narrow' | 'wide';
  /** All columns but the key `id`. */
  readonly columns: readonly string[];
  /** SQL that makes and fills it, with `ROWS` in place of their number. */
  readonly sql: string;
  /** An integer column that may be changed to make a row differ. */
  readonly changed: string;
  /** The row's text as tools of the usual kind make it: everything as text, NULL as a word, a separator in between. */
  readonly texts: readonly string[];
}

const stamp = (column: string): string => `to_char(${column}::timestamp(6), 'YYYY-MM-DD HH24:MI:SS.US')`;

export const NARROW: BenchTable = {
  name: 'narrow',
  columns: ['user_id', 'movie_id', 'rating', 'rated_at'],
  // The index comes last: that is faster, and both in one transaction write no log.
  sql: `create table narrow(id bigint not null, user_id int not null, movie_id int not null, rating float4 not null, rated_at timestamp not null);
  insert into narrow select g, g % 162541, (g * 7919) % 59047, ((g * 31) % 10 + 1) / 2.0, timestamp '2019-01-01' + g * interval '1.37 seconds' from generate_series(1::bigint, ROWS) g;
  alter table narrow add primary key (id);`,
  changed: 'user_id',
  texts: ['id::text', 'user_id::text', 'movie_id::text', 'rating::decimal(38, 4)::text', stamp('rated_at')],
};

export const WIDE: BenchTable = {
  name: 'wide',
  columns: [
    ...['customer', 'status', 'email', 'total', 'tax', 'currency', 'reference', 'payload', 'note'],
    ...['created_at', 'updated_at'],
  ],
  sql: `create table wide(id bigint not null, customer int not null, status text not null, email varchar(80), total numeric(12,2), tax numeric(12,2), currency char(3),
    reference uuid, payload jsonb, note text, created_at timestamptz not null, updated_at timestamptz);
  insert into wide select g, g % 100000, (array['new','paid','sent','done'])[g % 4 + 1], 'customer' || g || '@example.com', g / 100.0, g / 500.0, 'EUR',
    md5(g::text)::uuid, jsonb_build_object('sku', 'A' || g % 1000, 'qty', g % 7, 'tags', jsonb_build_array('x', g % 3)), case when g % 5 = 0 then null else 'note of order ' || g end,
    timestamptz '2024-01-01Z' + g * interval '3 seconds', timestamptz '2024-01-02Z' + g * interval '3 seconds' from generate_series(1::bigint, ROWS) g;
  alter table wide add primary key (id);`,
  changed: 'customer',
  texts: [
    ...['id', 'customer', 'status', 'email'].map((name) => `${name}::text`),
    'total::decimal(38, 2)::text',
    'tax::decimal(38, 2)::text',
    ...['currency', 'reference', 'payload', 'note'].map((name) => `${name}::text`),
    stamp('created_at'),
    stamp('updated_at'),
  ],
};

/** The usual way: 48 bits of the md5 of each row's text, summed over 32 ranges of the key. */
export function usualWay({ name, texts }: BenchTable, rows: number): string[] {
  const text = texts.map((column) => `coalesce(${column}, '<null>')`).join(` || '|' || `);
  return keyRanges(rows, 32).map(
    (range) =>
      `select count(*), sum(('x' || substring(md5(${text}), 21))::bit(48)::bigint) from ${name} where ${range}`,
  );
}

export function keyRanges(rows: number, count: number): string[] {
  const width = Math.ceil(rows / count);
  return Array.from({ length: count }, (_, i) => `id >= ${i * width + 1} and id < ${(i + 1) * width + 1}`);
}
