-- In the style of Prisma: models as names, text keys, timestamps of milliseconds, foreign keys that cascade.
create schema prisma;
set search_path = prisma;
create type "Plan" as enum ('FREE', 'PRO', 'ENTERPRISE');
create type "InvoiceStatus" as enum ('DRAFT', 'OPEN', 'PAID', 'VOID');
create table "_prisma_migrations" ("id" varchar(36) primary key, "checksum" varchar(64) not null, "finished_at" timestamptz, "migration_name" varchar(255) not null,
  "logs" text, "rolled_back_at" timestamptz, "started_at" timestamptz not null default now(), "applied_steps_count" integer not null default 0);
create table "Organisation" ("id" text not null, "name" text not null, "slug" text not null, "plan" "Plan" not null default 'FREE',
  "createdAt" timestamp(3) not null default CURRENT_TIMESTAMP, "updatedAt" timestamp(3) not null, constraint "Organisation_pkey" primary key ("id"));
create table "Member" ("id" text not null default (gen_random_uuid())::text, "organisationId" text not null, "email" text not null, "seat" integer not null default 1,
  "permissions" text[] default array['read', 'write']::text[], "meta" jsonb default '{"a": [1, 2], "b": null}', "rank" decimal(65,30) not null default 0.5,
  constraint "Member_pkey" primary key ("id"), constraint "Member_seat" check ("seat" between 1 and 500), constraint "Member_email" check ("email" ~* '^[^@]+@[^@]+$' and "email" not like '% %'));
create table "Invoice" ("id" serial primary key, "organisationId" text not null, "status" "InvoiceStatus" not null default 'DRAFT', "amount" bigint not null default 0,
  "dueAt" date default (CURRENT_DATE + 14), "number" text, "currency" varchar(3) not null default 'EUR', "paidAt" timestamp(3),
  constraint "Invoice_currency" check ("currency" in ('EUR', 'USD')), constraint "Invoice_paid" check (("status" = 'PAID') = ("paidAt" is not null)),
  constraint "Invoice_draft" check (not ("status" = 'DRAFT' and "paidAt" is not null)));
create table "InvoiceItem" ("id" text primary key, "invoiceId" integer not null, "quantity" integer not null, "unit" text not null default 'piece', "price" double precision not null,
  check ("quantity" > 0 and "quantity" <= 1000 and "price" > 0.0), check ("unit" in ('piece', 'hour', 'day')));
create table "ApiKey" ("id" text primary key, "memberId" text not null, "hash" bytea not null default '\x00', "scopes" text[] not null, "expiresAt" timestamptz(3) default (now() + interval '1 year 2 days'),
  check (cardinality("scopes") > 0 and "scopes" <@ array['read', 'write', 'admin']), check (octet_length("hash") in (1, 20, 32)));
create table "Event" ("id" bigserial, "kind" text not null, "at" timestamp(3) not null default CURRENT_TIMESTAMP, "data" jsonb, primary key ("id", "at")) partition by range ("at");
create table "Event_2026_01" partition of "Event" for values from ('2026-01-01') to ('2026-02-01');
create table "Event_2026_02" partition of "Event" (constraint "Event_feb" check ("kind" in ('a', 'b', 'c'))) for values from ('2026-02-01') to ('2026-03-01');
create table "Event_rest" partition of "Event" default;
create table "Session" ("id" text primary key, "sid" text not null, "data" text not null, "expiresAt" timestamp(3) not null);
create table "_MemberToInvoice" ("A" text not null, "B" integer not null);
create table "Flag" ("key" text primary key, "on" boolean not null default false, "share" smallint not null default 100, check ("share" >= 0 and "share" <= 100), check (("on" is true) or ("share" = 100)));
create unique index "Organisation_slug_key" on "Organisation"("slug");
create unique index "Member_organisationId_email_key" on "Member"("organisationId", "email");
create unique index "_MemberToInvoice_AB_unique" on "_MemberToInvoice"("A", "B");
create index "_MemberToInvoice_B_index" on "_MemberToInvoice"("B");
create unique index "Session_sid_key" on "Session"("sid");
create index "Invoice_status_dueAt_idx" on "Invoice"("status", "dueAt" desc);
create index "Invoice_open" on "Invoice"("organisationId") where "status" in ('OPEN', 'DRAFT') and "amount" >= 100;
create unique index "Invoice_number" on "Invoice"(("organisationId" || ':' || "number")) where "number" is not null;
create index "Event_kind" on "Event"("kind");
create index "Event_feb_at" on "Event_2026_02"("at") where "kind" = 'a';
create index "ApiKey_scopes" on "ApiKey" using gin ("scopes");
create index "Member_search" on "Member" using gin (to_tsvector('english', coalesce("email", '') || ' ' || coalesce("meta" ->> 'name', '')));
alter table "Member" add constraint "Member_organisationId_fkey" foreign key ("organisationId") references "Organisation"("id") on delete restrict on update cascade;
alter table "Invoice" add constraint "Invoice_organisationId_fkey" foreign key ("organisationId") references "Organisation"("id") on delete cascade on update cascade;
alter table "InvoiceItem" add constraint "InvoiceItem_invoiceId_fkey" foreign key ("invoiceId") references "Invoice"("id") on delete cascade on update cascade;
alter table "ApiKey" add constraint "ApiKey_memberId_fkey" foreign key ("memberId") references "Member"("id") on delete cascade on update cascade;
alter table "_MemberToInvoice" add constraint "_MemberToInvoice_A_fkey" foreign key ("A") references "Member"("id") on delete cascade on update cascade;
alter table "_MemberToInvoice" add constraint "_MemberToInvoice_B_fkey" foreign key ("B") references "Invoice"("id") on delete cascade on update cascade;
create view "OpenInvoice" as select i.*, o."name" from "Invoice" i join "Organisation" o on o."id" = i."organisationId"
  where i."status" = 'OPEN' and i."currency" in ('EUR', 'USD') and exists (select 1 from "Member" m where m."organisationId" = o."id" and m."seat" between 1 and 10);
create view "Seats" as select "organisationId", sum("seat") as "seats", row_number() over (order by sum("seat") desc) as "place" from "Member" group by "organisationId";
create function "stamp"() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger "february" before insert on "Event_2026_02" for each row when (new."kind" in ('a', 'b')) execute function "stamp"();
create trigger "every_event" after insert on "Event" for each row execute function "stamp"();
create publication "changes" for table "Invoice", "Member" ("id", "email", "organisationId", "seat");
alter table "Member" replica identity full;
insert into "Organisation"("id", "name", "slug", "updatedAt") select 'o' || g, 'Org ' || g, 's' || g, now() from generate_series(1, 60) g;
insert into "Event"("kind", "at") select 'a', timestamp '2026-01-02' + g * interval '1 hour' from generate_series(1, 60) g;
reset search_path;
