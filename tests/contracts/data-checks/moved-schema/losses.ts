import type { StateCheckId } from '../../../../contract/plan/state-checks.ts';

/** One thing that got lost, or became another one, on the way: what makes it so, and the object that must be named. */
export type Loss = readonly [check: StateCheckId, object: string, sql: string];

const again = (table: string, name: string, definition: string): string =>
  `alter table ${table} drop constraint "${name}"; alter table ${table} add constraint "${name}" ${definition}`;

/** The text of a definition changed, and nothing else. */
export const CHANGED_TEXTS: readonly Loss[] = [
  [
    'constraints-are-kept',
    'typeorm."order": CHECK ((((discount',
    again('typeorm."order"', 'CHK_discount', 'check (discount between -1 and 1000 and total >= 0)'),
  ],
  [
    'constraints-are-kept',
    'prisma."Member": CHECK (((seat',
    again('prisma."Member"', 'Member_seat', 'check (seat between 1 and 5000)'),
  ],
  [
    'constraints-are-kept',
    'django.shop_product: CHECK (((status)::text = ANY',
    again('django.shop_product', 'status_valid', `check (status in ('draft', 'published'))`),
  ],
  [
    'constraints-are-kept',
    'rails.comments: CHECK ((((depth',
    again(
      'rails.comments',
      'depth_sane',
      `check (depth between 0 and 10 and length(body) between 1 and 10000 and author not in ('admin', 'boss'))`,
    ),
  ],
  [
    'constraints-are-kept',
    'rails.posts: CHECK (\nCASE',
    again(
      'rails.posts',
      'live_is_published',
      `check (case when state in ('live') then published_at is null else true end)`,
    ),
  ],
  [
    'indexes-are-kept',
    'typeorm."order" btree ("placedAt")',
    `drop index typeorm."IDX_order_open"; create index "IDX_order_open" on typeorm."order" ("placedAt") where "channel" in ('web', 'app') and "total" > 100`,
  ],
  [
    'indexes-are-kept',
    'prisma."Invoice" btree ("organisationId")',
    `drop index prisma."Invoice_open"; create index "Invoice_open" on prisma."Invoice"("organisationId") where "status" in ('OPEN', 'DRAFT') and "amount" > 100`,
  ],
  [
    'indexes-are-kept',
    'rails.posts btree (published_at DESC)',
    `drop index rails.index_posts_live; create index index_posts_live on rails.posts (published_at desc) where state in ('live', 'draft') and views > 10`,
  ],
  [
    'indexes-are-kept',
    'django.auth_user unique btree (upper(',
    `drop index django.auth_user_email_ci; create unique index auth_user_email_ci on django.auth_user (lower(email)) where not (email = '')`,
  ],
  [
    'row-security-is-kept',
    'rails.posts policy own_posts',
    `alter policy own_posts on rails.posts using (user_id = (select u.id from rails.users u where u.email = current_user and u.role in (0, 2)) and state in ('live', 'draft'))`,
  ],
  [
    'row-security-is-kept',
    'rails.posts policy read_posts',
    `alter policy read_posts on rails.posts using (state in ('live', 'review') or views > 100)`,
  ],
  [
    'row-security-is-kept',
    'rails.comments policy spam_out',
    `alter policy spam_out on rails.comments using (spam is not true and depth < 10)`,
  ],
  [
    'triggers-are-kept',
    'typeorm."order".order_log',
    `drop trigger order_log on typeorm."order"; create trigger "order_log" after update of "state" on typeorm."order" for each row when (new.channel in ('web', 'app') and new.total between 10 and 1000) execute function typeorm.touch()`,
  ],
  [
    'triggers-are-kept',
    'rails.posts.bump_views',
    `drop trigger bump_views on rails.posts; create trigger bump_views before update on rails.posts for each row when (old.state in ('draft', 'review') and new.state = 'live' or new.views > 1000) execute function rails.bump()`,
  ],
  [
    'triggers-are-kept',
    'rails.invoices.no_delete (rule)',
    `create or replace rule no_delete as on delete to rails.invoices where old.state in ('paid', 'booked') and old.cents > 100 do instead nothing`,
  ],
  ['columns-are-kept', 'typeorm."user".score', `alter table typeorm."user" alter score set default 1`],
  [
    'columns-are-kept',
    'prisma."Invoice"."dueAt"',
    `alter table prisma."Invoice" alter "dueAt" set default (current_date + 41)`,
  ],
  ['columns-are-kept', 'rails.accounts.plan', `alter table rails.accounts alter plan set default 'team'`],
  [
    'columns-are-kept',
    'typeorm.order_line."lineTotal"',
    `alter table typeorm.order_line drop column "lineTotal", add column "lineTotal" numeric generated always as ("amount" + "price") stored`,
  ],
  [
    'columns-are-kept',
    'prisma."OpenInvoice"',
    `create or replace view prisma."OpenInvoice" as select i.*, o."name" from prisma."Invoice" i join prisma."Organisation" o on o."id" = i."organisationId"
    where i."status" = 'OPEN' and i."currency" in ('EUR', 'USD') and exists (select 1 from prisma."Member" m where m."organisationId" = o."id" and m."seat" between 1 and 100)`,
  ],
  [
    'columns-are-kept',
    'rails.live_posts',
    `create or replace view rails.live_posts as with recent as (select p.* from rails.posts p where p.published_at > now() - interval '30 days' and p.state in ('live', 'review'))
    select r.id, r.title, (select count(*) from rails.comments c where c.post_id = r.id and c.spam is not true and c.author in ('a', 'b')) as comments
    from recent r where r.views between 10 and 100 order by r.published_at desc limit 100`,
  ],
  [
    'types-are-kept',
    'rails.colour',
    `alter domain rails.colour drop constraint colour_check, add constraint colour_check check (value in ('red', 'blue'))`.replace(
      ', add',
      '; alter domain rails.colour add',
    ),
  ],
  ['types-are-kept', 'rails.percentage', `alter domain rails.percentage set default 100`],
  [
    'routines-are-kept',
    'rails.total_of(',
    `create or replace function rails.total_of(account bigint, factor numeric default 1.5, state character varying default 'open') returns numeric language sql stable strict
    return (select sum(cents) * factor from rails.invoices i where i.account_id = account and i.state in ('open', 'paid') and i.cents between 1 and 10000)`,
  ],
];

const touch = 'for each row execute function rails.bump()';

/** Something is not there any more, is in another state, or was added and refuses what the old side took. */
export const LOSSES: readonly Loss[] = [
  ['columns-are-kept', 'prisma."Event_rest"', `drop table prisma."Event_rest"`],
  [
    'columns-are-kept',
    'prisma."Event_2026_02"',
    `alter table prisma."Event" detach partition prisma."Event_2026_02"; alter table prisma."Event" attach partition prisma."Event_2026_02" for values from ('2026-02-01') to ('2026-04-01')`,
  ],
  [
    'constraints-are-kept',
    'prisma."Event_2026_02": CHECK',
    `alter table prisma."Event_2026_02" drop constraint "Event_feb"`,
  ],
  ['indexes-are-kept', 'prisma."Event_2026_02" btree (at)', `drop index prisma."Event_feb_at"`],
  ['triggers-are-kept', 'prisma."Event_2026_02".february', `drop trigger february on prisma."Event_2026_02"`],
  [
    'columns-are-kept',
    'django.shop_address.zip',
    `alter table django.shop_address alter zip type varchar(12) collate "default"`,
  ],
  [
    'columns-are-kept',
    'django.shop_order.id',
    `alter table django.shop_order alter id set generated by default`,
  ],
  [
    'columns-are-kept',
    'options of typeorm.active_user',
    `alter view typeorm.active_user reset (security_invoker)`,
  ],
  ['columns-are-kept', 'options of django.staff', `alter view django.staff reset (check_option)`],
  ['columns-are-kept', 'typeorm.product.wait', `alter table typeorm.product drop column wait`],
  [
    'columns-are-kept',
    'django.shop_product.rating',
    `alter table django.shop_product alter rating type real`,
  ],
  ['columns-are-kept', 'rails.comments.body', `alter table rails.comments alter body drop not null`],
  ['columns-are-kept', 'rails.users.email', `alter table rails.users alter email drop default`],
  ['columns-are-kept', 'prisma."Seats"', `drop view prisma."Seats"`],
  ['columns-are-kept', 'typeorm.order_per_day', `drop materialized view typeorm.order_per_day`],
  ['columns-are-kept', 'django.django_session', `drop table django.django_session`],
  [
    'grants-are-kept',
    'SELECT on column rails.comments.id to app_role',
    `revoke select (id) on rails.comments from app_role`,
  ],
  ['grants-are-kept', 'USAGE on type rails.address to public', `grant usage on type rails.address to public`],
  [
    'grants-are-kept',
    'USAGE on type rails.email to app_role',
    `revoke usage on type rails.email from app_role`,
  ],
  [
    'grants-are-kept',
    'EXECUTE on routine rails.slugify(value text) to public',
    `grant execute on function rails.slugify(text) to public`,
  ],
  [
    'grants-are-kept',
    'INSERT on table rails.posts to app_role',
    `revoke insert on rails.posts from app_role`,
  ],
  [
    'grants-are-kept',
    'EXECUTE on routine rails.close_month(',
    `revoke grant option for execute on procedure rails.close_month(date) from app_role`,
  ],
  [
    'default-privileges-are-kept',
    'SELECT on new objects',
    `alter default privileges in schema rails revoke select on tables from app_role`,
  ],
  ['routines-are-kept', 'rails.bump()', `alter function rails.bump() reset search_path`],
  ['routines-are-kept', 'rails.slugify(', `alter function rails.slugify(text) called on null input`],
  [
    'routines-are-kept',
    'rails.close_day(',
    `drop procedure rails.close_day(date); create procedure rails.close_day(day date) language sql as ''`,
  ],
  [
    'routines-are-kept',
    'rails.label(',
    `drop function rails.label(integer); create function rails.label(integer) returns character varying language sql immutable as 'select $1::text'`,
  ],
  ['routines-are-kept', 'rails.first_of(', `drop aggregate rails.first_of(text)`],
  [
    'routines-are-kept',
    'rails.last_of(',
    `create or replace aggregate rails.last_of(text) (sfunc = rails.keep_first, stype = text, initcond = 'x')`,
  ],
  [
    'triggers-are-kept',
    'rails.ar_internal_metadata.no_update (rule)',
    `drop rule no_update on rails.ar_internal_metadata`,
  ],
  ['triggers-are-kept', 'rails.comments.count_comment', `drop trigger count_comment on rails.comments`],
  ['triggers-are-kept', 'event trigger watch_ddl', `drop event trigger watch_ddl`],
  ['objects-are-kept', 'publication changes', `drop publication changes`],
  [
    'objects-are-kept',
    'publication posts.rails.comments',
    `alter publication posts drop table rails.comments`,
  ],
  [
    'objects-are-kept',
    'replica identity of prisma."Member"',
    `alter table prisma."Member" replica identity default`,
  ],
  ['objects-are-kept', 'rails.users_both', `drop statistics rails.users_both`],
  [
    'writes-are-not-refused',
    'rails.taggings.must',
    `alter table rails.taggings add column must text not null`,
  ],
  [
    'writes-are-not-refused',
    'django.auth_group: CHECK',
    `alter table django.auth_group add constraint long_name check (length(name) > 2)`,
  ],
  [
    'writes-are-not-refused',
    'django.shop_product unique btree (title)',
    `create unique index on django.shop_product (title)`,
  ],
  [
    'writes-are-not-refused',
    'typeorm.audit_log.more',
    `create trigger more before insert on typeorm.audit_log ${touch}`,
  ],
  ['row-security-is-kept', 'rails.comments', `alter table rails.comments disable row level security`],
  ['row-security-is-kept', 'rails.posts policy more', `create policy more on rails.posts using (true)`],
  ['indexes-are-kept', 'django.shop_order btree (created DESC)', `drop index django.shop_order_recent`],
  ['indexes-are-kept', 'prisma."Session" unique btree (sid)', `drop index prisma."Session_sid_key"`],
  [
    'constraints-are-kept',
    'django.shop_orderitem: FOREIGN KEY (product_id)',
    `alter table django.shop_orderitem drop constraint item_product_fk`,
  ],
  [
    'constraints-are-kept',
    'prisma."InvoiceItem": FOREIGN KEY',
    again(
      'prisma."InvoiceItem"',
      'InvoiceItem_invoiceId_fkey',
      'foreign key ("invoiceId") references prisma."Invoice"("id")',
    ),
  ],
  [
    'constraints-are-kept',
    'django.auth_permission: FOREIGN KEY',
    `alter table django.auth_permission alter constraint perm_ct_fk not deferrable`,
  ],
  [
    'constraints-are-kept',
    'rails.schema_migrations: PRIMARY KEY',
    `alter table rails.schema_migrations drop constraint schema_migrations_pkey`,
  ],
  [
    'constraints-are-kept',
    'typeorm.product: EXCLUDE',
    `alter table typeorm.product drop constraint product_window_excl`,
  ],
  ['types-are-kept', 'prisma."Plan"', `alter type prisma."Plan" rename value 'PRO' to 'PLUS'`],
  ['types-are-kept', 'rails.address', `alter type rails.address drop attribute zip`],
  ['sequences-are-kept', 'rails.ticket_numbers', `drop sequence rails.ticket_numbers`],
  [
    'settings-are-kept',
    'TimeZone',
    `do $$ begin execute format('alter database %I set timezone = %L', current_database(), 'Asia/Tokyo'); end $$`,
  ],
];
