-- In the style of TypeORM: camelCase names in quotes, hashes as names of constraints, varchar without a length.
create schema typeorm;
set search_path = typeorm;
create type "order_state_enum" as enum ('new', 'paid', 'sent', 'cancelled');
create type "user_role_enum" as enum ('admin', 'editor', 'guest');
create table "user" (
  "id" uuid not null default gen_random_uuid(),
  "email" character varying not null,
  "firstName" character varying(80) not null default '',
  "lastName" character varying(80) default null,
  "role" "user_role_enum" not null default 'guest',
  "roles" "user_role_enum" array not null default '{guest}',
  "tags" text array not null default '{}',
  "settings" jsonb not null default '{}',
  "score" numeric(10,2) not null default '0',
  "isActive" boolean not null default true,
  "createdAt" timestamp without time zone not null default now(),
  "updatedAt" timestamp with time zone not null default CURRENT_TIMESTAMP,
  "deletedAt" timestamp without time zone,
  "fullName" character varying generated always as ("firstName" || ' ' || coalesce("lastName", '')) stored,
  constraint "UQ_e12875dfb3b1d92d7d7c5377e22" unique ("email"),
  constraint "PK_cace4a159ff9f2512dd42373760" primary key ("id")
);
create table "order" (
  "id" serial not null,
  "number" character varying(32) not null,
  "state" "order_state_enum" not null default 'new',
  "channel" character varying not null default 'web',
  "currency" character(3) not null default 'EUR',
  "total" numeric(12,2) not null default 0,
  "discount" integer not null default -1,
  "userId" uuid,
  "placedAt" timestamptz not null default ('now'::text)::timestamptz,
  "versionNo" integer not null default 1,
  constraint "CHK_channel" check (channel in ('web', 'app', 'shop')),
  constraint "CHK_currency" check (currency in ('EUR', 'USD', 'GBP')),
  constraint "CHK_discount" check (discount between -1 and 100 and total >= 0),
  constraint "CHK_number" check (char_length(number) > 3 and number like 'N-%'),
  constraint "PK_order" primary key ("id")
);
create table "order_line" (
  "orderId" integer not null,
  "position" smallint not null,
  "sku" character varying(64) not null,
  "amount" integer not null check ("amount" > 0),
  "price" numeric(12,2) not null check ("price" >= 0 and "price" < 1000000),
  "kind" character varying(16) not null check ("kind" not in ('none', 'void')),
  "lineTotal" numeric generated always as ("amount" * "price") stored,
  constraint "PK_order_line" primary key ("orderId", "position")
);
create table "audit_log" ("id" bigserial primary key, "action" varchar not null, "payload" jsonb, "at" timestamptz not null default now());
create table "product" (
  "id" serial primary key, "sku" varchar(64) not null, "name" varchar not null, "weight" double precision default 0.5,
  "status" varchar(20) not null default 'draft' check (status = any (array['draft', 'live', 'gone']::varchar[])),
  "price" money, "window" tstzrange, "ip" inet default '0.0.0.0', "bits" bit(4) default B'0101', "wait" interval not null default '7 days',
  exclude using gist ("window" with &&)
);
create table "typeorm_metadata" ("type" varchar not null, "schema" varchar, "table" varchar, "name" varchar, "value" text);
create table "migrations" ("id" serial not null, "timestamp" bigint not null, "name" character varying not null, constraint "PK_migrations" primary key ("id"));
create table "user_friends_user" ("userId_1" uuid not null, "userId_2" uuid not null, primary key ("userId_1", "userId_2"), check ("userId_1" <> "userId_2"));
create index "IDX_user_email" on "user" (lower("email"));
create index "IDX_user_active" on "user" ("email", "createdAt" desc nulls last) where "isActive" and "deletedAt" is null;
create index "IDX_order_open" on "order" ("placedAt") where "channel" in ('web', 'app') and "total" > 10;
create index "IDX_order_state" on "order" ("state") include ("total") where "state" in ('new', 'paid');
create unique index "IDX_order_number" on "order" (upper("number"), coalesce("userId", '00000000-0000-0000-0000-000000000000'::uuid));
create index "IDX_user_settings" on "user" using gin ("settings" jsonb_path_ops);
create index "IDX_user_theme" on "user" (("settings" ->> 'theme')) where "settings" ? 'theme';
create index "IDX_audit_action" on "audit_log" ("action" varchar_pattern_ops) where "action" not in ('ping', 'pong');
create index "IDX_audit_brin" on "audit_log" using brin ("at") with (pages_per_range = 32);
create index "IDX_friends_2" on "user_friends_user" ("userId_2");
create index "IDX_product_status" on "product" ("status") where "status" <> 'gone' and "name" <> '' or "weight" between 1 and 5;
alter table "order" add constraint "FK_order_user" foreign key ("userId") references "user"("id") on delete set null on update no action;
alter table "order_line" add constraint "FK_line_order" foreign key ("orderId") references "order"("id") on delete cascade;
alter table "user_friends_user" add constraint "FK_friend_1" foreign key ("userId_1") references "user"("id") on delete cascade on update cascade;
alter table "user_friends_user" add constraint "FK_friend_2" foreign key ("userId_2") references "user"("id") on delete cascade;
create view "open_order" as
  select o."id", o."number", u."email", o."total", case when o."total" > 100 then 'big' when o."channel" in ('web', 'app') then 'remote' else 'small' end as "size"
  from "order" o left join "user" u on u."id" = o."userId" where o."state" in ('new', 'paid') and o."channel" in ('web', 'app') and o.total between 1 and 1000;
create view "active_user" with (security_invoker = true) as select "id", "email", "createdAt" from "user" where "isActive" and "role"::text in ('admin', 'editor') and email::text <> 'a. b';
create materialized view "order_per_day" as
  select date_trunc('day', "placedAt") as "day", count(*) as "orders", sum("total") filter (where "channel" in ('web', 'app')) as "remote", max(total) over_all
  from "order" group by 1 having count(*) > 0 order by 1 desc limit 100;
create unique index "IDX_order_per_day" on "order_per_day" ("day");
create function "touch"() returns trigger language plpgsql as $$ begin new."updatedAt" := now(); return new; end $$;
create trigger "user_touch" before update on "user" for each row when (old.email is distinct from new.email or old."role" in ('admin', 'editor')) execute function "touch"();
create trigger "order_log" after update of "state" on "order" for each row when (new.channel in ('web', 'app') and new.total between 10 and 100) execute function "touch"();
insert into "user"("email") select 'u' || g || '@example.test' from generate_series(1, 60) g;
insert into "order"("number", "userId", "total") select 'N-' || g || 'x', (select "id" from "user" limit 1), g from generate_series(100, 160) g;
refresh materialized view "order_per_day";
reset search_path;
