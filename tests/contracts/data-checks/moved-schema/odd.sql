-- One of every form of expression that a server prints, whatever made it.
create schema odd;
set search_path = odd;
create type mood as enum ('sad', 'ok', 'happy');
create type pair as (a integer, b character varying(10));
create domain short as character varying(10);
create domain code as character(4) check (value in ('ab', 'cd') and value not similar to '%x%');
create domain stamp as timestamptz check (value > '2020-01-01 00:00:00+02' and value < 'infinity');
create domain many as integer[] check (value <@ array[1, 2, 3] and (array_length(value, 1) between 1 and 3 or value is null));
create function same(x anyelement) returns anyelement language sql immutable as 'select x';
create function add(a integer, b integer default 1, variadic c integer[] default '{}') returns integer language sql immutable as 'select a + b';
create operator === (leftarg = integer, rightarg = integer, function = int4eq);
create table forms (
  id integer generated always as identity (start 100 increment 5) primary key,
  v character varying(20), t text, c character(4), s smallint, n numeric(10,3), f double precision, b boolean, d date, ts timestamp, tz timestamptz(3), i interval, j jsonb, a integer[], va character varying(20)[], ta text[],
  m mood, ms mood[], p pair, u uuid, bt bit varying(8), by bytea, r int4range, sh short, co code, x xml, "order" integer, "Mixed Case" text, "user" text, pt point, ip cidr, nm name, ch "char", o oid,
  d1 integer default (1 + 2) * 3, d2 text default 'it''s', d3 text default E'a\\b\nc', d4 character varying(20) default upper('x'), d5 timestamptz default (now() at time zone 'utc'), d6 date default 'today'::date, d7 mood default 'ok',
  d8 mood[] default array['sad', 'ok']::mood[], d9 jsonb default jsonb_build_object('a', 1, 'b', array['x', 'y']), d10 character varying[] default array['a', 'b'], d11 integer[] default '{1,2}', d12 numeric default 1e3, d13 numeric default -0.50, d14 smallint default -3,
  d15 bigint default 9223372036854775807, d16 float4 default '-Infinity', d17 interval default interval '1' day, d18 time default '12:00', d19 bytea default '\xdead', d20 text default current_user, d21 text default coalesce(null, 'x') || 'y', d22 boolean default (not false),
  d23 bit(3) default B'101', d24 text default $q$a'b$q$, d25 point default point(1, 2), d26 int4range default '[1,10)', d27 pair default row(1, 'x')::pair, d28 text default (array['a', 'b'])[1], d29 text default case when true then 'x'::character varying else 'y' end,
  d30 timestamp default localtimestamp(3), d31 text default same('x'::text), d32 integer default add(1, 2), d33 text default U&'\0441', d34 character(4) default 'ab', d35 "char" default 'x', d36 regclass default 'pg_class'::regclass, d37 text default null,
  g1 text generated always as (v || '-' || t) stored, g2 boolean generated always as (v in ('a', 'b') and not (t = any (array['x', 'y']))) stored, g3 integer generated always as (case s when 1 then 10 when 2 then 20 else null end) stored,
  g4 numeric generated always as (round(n * 1.19, 2)) stored, g5 text generated always as (coalesce(nullif(v, ''), t, 'none')) stored, g6 boolean generated always as (c in ('ab', 'cd')) stored,
  constraint k01 check (v in ('a', 'b') or v not in ('c', 'd') and t in ('e')),
  constraint k02 check (n between 1 and 10 and f not between 2 and 3 and s between symmetric 5 and 1),
  constraint k03 check (b is true and b is not false or b is unknown or not b),
  constraint k04 check (v like 'a%' and t not like '%b' escape '!' and v ilike 'c_' and t similar to '(a|b)%' and v ~ '^x' and t !~* 'y$'),
  constraint k05 check (v is distinct from 'x' and t is not distinct from 'y' and (v is null) <> (t is null)),
  constraint k06 check ((s, n) = (1, 2) or (s, n) < (3, 4) or row(s, t) in ((1, 'a'), (2, 'b'))),
  constraint k07 check (s in (1, 2, 3) and n in (1, 2.5) and s = any ('{1,2}'::integer[]) and s <> all (array[4, 5])),
  constraint k08 check (m in ('sad', 'ok') and m > 'sad' and ms @> array['ok']::mood[] and 'ok' = any (ms)),
  constraint k09 check (va <@ array['a', 'b']::character varying[] and va && array['a', 'c']::character varying(20)[] and 'a' = any (va)),
  constraint k10 check (ta @> array['a'] and array_position(ta, 'b') is null and cardinality(a) > 0 and a[1] = 1 and a[1:2] = array[1, 2]),
  constraint k11 check (j ->> 'a' in ('x', 'y') and j -> 'b' ->> 'c' = 'd' and j @> '{"a": 1}' and j ? 'k' and j ?| array['a', 'b'] and (j ->> 'n')::numeric > 5 and j['x'] is not null),
  constraint k12 check (d > '2020-01-01' and d <= date '2030-01-01' and ts < timestamp '2030-01-01 10:00' and tz >= '2020-01-01 00:00+00' and i > '1 day' and extract(dow from d) in (1, 2, 3)),
  constraint k13 check (case when v = 'a' then n > 1 when v in ('b', 'c') then n > 2 and s between 1 and 2 else n > 3 end),
  constraint k14 check (coalesce(v, t, 'z') <> '' and nullif(v, 'a') is not null and greatest(s, n) > 0 and least(1, s) = 1),
  constraint k15 check (length(trim(v)) > 0 and trim(leading '0' from t) <> '' and substring(v from 1 for 2) = 'ab' and position('a' in v) = 1 and overlay(v placing 'x' from 1) <> v and substring(t from '[a-z]+') is not null),
  constraint k16 check (c = 'ab' and c in ('ab', 'cd') and sh in ('a', 'b') and sh <> 'c' and co = 'ab'),
  constraint k17 check (((b and b) and b) and (b and (b and (b or (b or b))))),
  constraint k18 check (s = 1 or s = 2 or (s = 3 or s = 4) and (s = 5 and s = 6)),
  constraint k19 check (n::integer > 1 and cast(v as integer) > 2 and s::text = '1' and (t::character varying(5))::text <> '' and n::numeric(5,1) > 0 and v::character(3) = 'abc'),
  constraint k20 check (v collate "C" > 'a' and (t || v) collate "C" < 'b' and lower(v collate "C") in ('a', 'b')),
  constraint k21 check (-s < 0 and - (s + 1) < -1 and @ n > 0 and s % 2 = 0 and 2 ^ s > 1 and s & 1 = 1 and s << 1 > 0 and ~ s < 0 and |/ f > 0),
  constraint k22 check ((p).a > 0 and (p).b in ('x', 'y') and p is not null and (p = row(1, 'x')::pair)),
  constraint k23 check (u <> '00000000-0000-0000-0000-000000000000' and u in ('11111111-1111-1111-1111-111111111111', '22222222-2222-2222-2222-222222222222')),
  constraint k24 check (r @> 5 and r && int4range(1, 10) and not isempty(r) and upper(r) < 100 and by <> '\x' and bt = B'1'),
  constraint k25 check ("order" > 0 and "Mixed Case" <> 'A b' and "user" in ('u', 'v')),
  constraint k26 check (s === 1 and s operator(odd.===) 2 and add(s) > 0 and add(s, 2, 3, 4) > 0 and add(s, 2, variadic array[1, 2]) > 1),
  constraint k27 check ((d, d + 1) overlaps (d, d + 2) and tz at time zone 'UTC' > ts and date_trunc('day', tz, 'UTC') < tz and age(ts) < interval '10 years'),
  constraint k28 check (not (v in ('a', 'b') and not t in ('c', 'd')) and (b or not b) is true),
  constraint k29 check (array[v, t, 'x'] && array['x', v] and array[1, s] @> array[1::smallint, 2] and array[[1, 2], [3, 4]] <> array[[s, 1]] and array[array['a'::character varying, v]]::text[] <> '{}'),
  constraint k30 check (num_nonnulls(v, t) = 1 and format('%s', v) <> '' and concat(v, t) <> '' and jsonb_typeof(j) in ('object', 'array') and jsonb_path_exists(j, '$.a ? (@ > 1)')),
  constraint k31 check (x is document and (xpath('/a/text()', x))[1]::text in ('b', 'c')),
  constraint k32 check (v = any (array['a', 'b', null]) or t = any (string_to_array('a,b', ',')) or v <> all ('{x,y}')),
  constraint k33 check (nm in ('a', 'b') and ch in ('a', 'b') and o in (1, 2) and pt <@ box '((0,0),(1,1))' and ip << '10.0.0.0/8' and ip in ('10.1.0.0/16', '10.2.0.0/16')),
  constraint k34 check (v in ('a', t) and s in (1, n) and v::text in ('a', 'b') and (v)::character varying in ('a', 'b') and coalesce(v, 'q') in ('a', 'b') and lower(v) in ('a', 'b')),
  constraint k35 check (v >= 'a' and v <> '' and v || 'x' in ('ax', 'bx') and v between 'a' and 'c' and upper(v) like any (array['A%', 'B%']) and v = some (array['a', 'b']))
);
create index f01 on forms (lower(v), (t || v), ((j ->> 'a')), (s + 1) desc nulls last, v collate "C", t text_pattern_ops) where v in ('a', 'b') and (b or t is null) and n between 1 and 2;
create index f02 on forms ((case when v in ('a', 'b') then 1 else 2 end), ((v in ('a', 'b'))), (coalesce(v, 'x'::character varying)), (v::text), ((v || '')::character varying));
create unique index f03 on forms (coalesce(u, '00000000-0000-0000-0000-000000000000'), (n::integer)) nulls not distinct where not b and m in ('sad', 'ok') or c in ('ab', 'cd');
create index f04 on forms using gist (r, pt) where va && array['a', 'b']::character varying[];
create index f05 on forms using hash (v) with (fillfactor = 70) where s in (1, 2) and v not in ('a') and j ->> 'k' in ('a', 'b');
create table child () inherits (forms);
create table parts (id bigint, region character varying(10) not null, at timestamptz not null, check (region in ('eu', 'us'))) partition by list (region);
create table parts_eu partition of parts for values in ('eu', 'uk') partition by range (at);
create table parts_eu_1 partition of parts_eu for values from ('2026-01-01 00:00+01') to ('2026-02-01 00:00+01');
create table parts_hash (id bigint primary key) partition by hash (id);
create table parts_hash_0 partition of parts_hash for values with (modulus 2, remainder 0);
create table parts_hash_1 partition of parts_hash for values with (modulus 2, remainder 1);
create table by_expression (v character varying, n integer) partition by range (lower(v), (n + 1));
create table by_expression_1 partition of by_expression for values from ('a', minvalue) to ('m', 10);
create index on parts (id) where region in ('eu', 'us');
create view v01 as select * from forms where v in ('a', 'b') and n between 1 and 10 and (s = 1 or s = 2 or s = 3);
create view v02 as select f.id, f.v as "as", g.region from forms f join parts g using (id) left join (select distinct on (v) v, count(*) over w as n from forms where v not in ('x', 'y') window w as (partition by v order by id rows between 1 preceding and current row)) h on h.v = f.v and h.n between 1 and 2;
create view v03 as with recursive t(n) as (values (1) union all select n + 1 from t where n < 100 and n not in (5, 6)), u as materialized (select * from t) select n, n in (select id from forms where v in ('a', 'b')) as "in", n = any (select s from forms) as "any", exists (select from forms where id = n and v in ('a', 'b')) as e, array(select id from forms order by id limit 3 offset 1) as l from u;
create view v04 as select v, t, sum(n) as total, grouping(v, t), count(distinct s) filter (where v in ('a', 'b') and s between 1 and 2), string_agg(v, ', ' order by id desc), percentile_cont(0.5) within group (order by f), rank() over (partition by v order by sum(n) desc) from forms group by grouping sets ((v, t), (v), ()) having sum(n) between 1 and 2 and count(*) > 1;
create view v05 as select 1 as a union (select 2 except select 3) intersect all select 4 order by 1 limit 5;
create view v06 as select x.a, y.ordinality, z.k, l.m from unnest(array[1, 2]) x(a), lateral unnest(array['a', 'b']::character varying[]) with ordinality y, jsonb_to_recordset('[]') as z(k integer, w character varying(5)), lateral (select max(id) as m from forms where id > x.a and v in ('a', 'b')) l, generate_series(1, 3) g, rows from (generate_series(1, 2), generate_series(1, 3)) rf(p, q) where (x.a, g) in (select id, s from forms) and x.a not in (select n from v03 where n is not null);
create view v07 as select c.id, c.v, row(c.*)::text as r, c as whole, (c.p).a as pa, c.a[1] as a1, coalesce(c.v, 'x') as cv, c.v::character varying(5) as cc, case c.v when 'a' then 'x' when 'b' then 'y' end as k, extract(year from c.ts) as y, c.tz at time zone 'UTC' as z, c.d + interval '1 day' as nd, date '2020-01-01' as dd, c.v in ('a', 'b') as i, cast(null as character varying) as nn, 'x' as un, current_date as cd, current_user as cu, -c.s as neg, not c.b as nb, c.v || c.t || 'z' as cat, (select max(n) from forms g where g.id = c.id and g.v in ('a', 'b')) as sub from only forms c where c.v <> all (array['q', 'r']) for update of c;
create view v08 (a, b) as values (1, 'x'), (2, 'y'::character varying);
create view v09 as select f.v, g.v as v2 from forms f cross join forms g natural join (select 1 as one) h full join parts p tablesample system (10) on p.id = f.id where p.region in ('eu', 'us');
create materialized view mv as select v, count(*) from forms where v in ('a', 'b') group by v;
create function odd_trigger() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger t01 before insert or update of v, t on forms for each row when (new.v in ('a', 'b') and (new.n between 1 and 10 or new.m in ('sad', 'ok'))) execute function odd_trigger('x', 'it''s');
create trigger t02 instead of insert on v02 for each row execute function odd_trigger();
create constraint trigger t03 after update on forms deferrable initially deferred for each row when (old.* is distinct from new.* and old.v not in ('x', 'y')) execute function odd_trigger();
create trigger t04 after update on parts referencing old table as o new table as n for each statement execute function odd_trigger();
create rule r01 as on update to v01 where old.v in ('a', 'b') and new.n between 1 and 2 do instead (update forms set v = new.v, n = default where id = old.id and v in ('a', 'b'); insert into parts values (new.id, 'eu', now()) on conflict do nothing; delete from parts where id = old.id and region in ('eu', 'us'));
create rule r02 as on insert to parts_hash where new.id in (1, 2) do also insert into parts values (new.id, 'eu', now());
create function b01(a character varying, b integer default 5, out c integer, out d text) language sql begin atomic insert into parts(id, region, at) values (b, a, now()); select b01.b, b01.a || 'x' from forms where v in ('a', 'b') and n between 1 and 10 and (s, n) in ((1, 2), (3, 4)) order by id limit 10; end;
create function b02(v character varying) returns boolean immutable return v in ('a', 'b') and length(v) between 1 and 10;
create procedure b03(inout x integer default 1) language sql begin atomic update forms set v = 'a' where v in ('a', 'b') and id = b03.x; delete from forms where v not in ('c', 'd'); select 1; end;
alter table forms enable row level security;
create policy p01 on forms for select using (v in ('a', 'b') and current_setting('app.tenant', true)::integer = s and (exists (select from parts q where q.id = forms.id and q.region in ('eu', 'us')) or m in ('sad', 'ok')));
create policy p02 on forms as restrictive for update to app_role, current_user using (n between 1 and 10) with check (v not in ('x') and (b or s in (1, 2)));
reset search_path;
