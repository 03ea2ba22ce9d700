-- In the style of Rails: bigserial keys, varchar without a length, jsonb defaults, partial unique indexes, views and functions by hand.
create schema rails;
set search_path = rails;
create table schema_migrations (version character varying not null primary key);
create table ar_internal_metadata (key character varying not null primary key, value character varying, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create domain email as character varying check (value ~ '^[^@]+@[^@]+$' and length(value) between 3 and 254);
create domain percentage as integer default 10 not null check (value >= 0 and value <= 100);
create domain colour as character varying(8) check (value in ('red', 'green', 'blue'));
create type address as (street text, zip character varying(12));
create type span as range (subtype = float8);
create sequence invoice_numbers start 1000 increment 10;
create table accounts (id bigserial primary key, name character varying not null, plan character varying default 'free' not null, mail email, colour colour default 'red',
  settings jsonb default '{}' not null, discount percentage, locale character varying(5) default 'en'::character varying, created_at timestamp(6) not null, updated_at timestamp(6) not null,
  constraint plan_known check (plan in ('free', 'team', 'business')), constraint name_there check (name <> '' and trim(both from name) = name));
create table users (id bigserial primary key, account_id bigint not null references accounts(id), email character varying default '' not null, encrypted_password character varying default '' not null,
  sign_in_count integer default 0 not null, current_sign_in_ip inet, locked_at timestamp(6), role integer default 0 not null, invited_by_type character varying, invited_by_id bigint,
  created_at timestamp(6) not null, constraint role_known check (role in (0, 1, 2)), constraint invited check ((invited_by_type is null) = (invited_by_id is null)));
create table posts (id bigserial primary key, user_id bigint references users(id) on delete cascade, title character varying, body text, state character varying default 'draft' not null,
  published_at timestamp(6), views bigint default 0, search tsvector generated always as (to_tsvector('simple', coalesce(title, '') || ' ' || coalesce(body, ''))) stored,
  slug character varying generated always as (lower(replace(title, ' ', '-'))) stored,
  constraint state_known check (state in ('draft', 'review', 'live') or views > 1000), constraint live_is_published check (case when state in ('live') then published_at is not null else true end));
create table comments (id bigserial primary key, post_id bigint not null references posts(id), author character varying, body text not null, spam boolean default false, depth integer default 0,
  constraint depth_sane check (depth between 0 and 10 and length(body) between 1 and 10000 and author not in ('admin', 'root')));
create table active_storage_blobs (id bigserial primary key, key character varying not null, filename character varying not null, byte_size bigint not null, checksum character varying, created_at timestamp(6) not null);
create table active_storage_attachments (id bigserial primary key, name character varying not null, record_type character varying not null, record_id bigint not null, blob_id bigint not null references active_storage_blobs(id));
create table invoices (id bigint primary key default nextval('invoice_numbers'), account_id bigint not null references accounts(id), cents integer not null default 0, due date not null default (current_date + 30),
  state character varying not null default 'open', paid_in tstzrange, constraint cents_sane check (cents % 5 = 0 and abs(cents) < 100000000), constraint state_of_invoice check (state::text = any (array['open'::character varying, 'paid'::character varying]::text[])));
create table taggings (id bigserial primary key, taggable_type character varying, taggable_id bigint, context character varying(128), created_at timestamp(6) default CURRENT_TIMESTAMP);
create unique index index_users_on_email on users (email) where locked_at is null;
create unique index index_users_on_lower_email on users (lower(email), account_id);
create index index_posts_live on posts (published_at desc) where state in ('live', 'review') and views > 10;
create index index_posts_search on posts using gin (search);
create index index_comments_spam on comments (post_id) where spam is not true and author in ('a', 'b', 'c');
create unique index index_active_storage_blobs_on_key on active_storage_blobs (key);
create unique index index_attachments_uniqueness on active_storage_attachments (record_type, record_id, name, blob_id);
create index index_taggings on taggings (taggable_type, taggable_id, context) where context in ('tags', 'skills');
create index index_accounts_settings on accounts ((settings -> 'a' ->> 'b'), (settings #>> '{x,y}'));
create index index_invoices_due on invoices (due) where state <> 'paid' and (cents > 0 or cents < -10);
create statistics users_both (dependencies) on account_id, role from users;
create view live_posts as with recent as (select p.* from posts p where p.published_at > now() - interval '30 days' and p.state in ('live', 'review'))
  select r.id, r.title, (select count(*) from comments c where c.post_id = r.id and c.spam is not true and c.author in ('a', 'b')) as comments
  from recent r where r.views between 10 and 100 order by r.published_at desc limit 10;
create view names as select name, 'account' as kind from accounts where plan in ('free', 'team') union all select email, 'user' from users where role <> all (array[1, 2]) union select title, 'post' from posts;
create materialized view per_account as select a.id, a.name, count(u.*) as users, coalesce(sum(u.sign_in_count), 0) as visits from accounts a left join users u using (id) group by a.id, a.name;
create unique index per_account_id on per_account (id);
create function total_of(account bigint, factor numeric default 1.5, state character varying default 'open') returns numeric language sql stable strict
  return (select sum(cents) * factor from invoices i where i.account_id = account and i.state in ('open', 'paid') and i.cents between 1 and 1000);
create function open_of(account bigint) returns setof invoices language sql stable security definer set search_path = rails, pg_temp begin atomic
  select * from invoices where account_id = account and state in ('open', 'late'); end;
create function slugify(value text) returns text language sql immutable strict parallel safe as $$ select lower(regexp_replace(value, '[^a-z]+', '-', 'gi')) $$;
create function bump() returns trigger language plpgsql security definer set search_path = rails as $$ begin new.views := new.views + 1; return new; end $$;
create procedure close_month(month date default current_date) language plpgsql as $$ begin update rails.invoices set state = 'paid' where due < month; end $$;
create function keep_first(text, text) returns text language sql immutable as $$ select coalesce($1, $2) $$;
create aggregate first_of(text) (sfunc = keep_first, stype = text);
create aggregate last_of(text) (sfunc = keep_first, stype = text);
create procedure close_day(day date default current_date) language sql as '';
create function label(integer) returns text language sql immutable as 'select $1::text';
create rule no_update as on update to ar_internal_metadata do instead nothing;
create sequence ticket_numbers;
create publication posts for table posts, comments;
grant usage on type email to app_role;
create trigger bump_views before update on posts for each row when (old.state in ('draft', 'review') and new.state = 'live' or new.views > 100) execute function bump();
create trigger count_comment after insert on comments for each statement execute function bump();
create rule no_delete as on delete to invoices where old.state in ('paid', 'booked') and old.cents > 10 do instead nothing;
alter table posts enable row level security;
create policy own_posts on posts for all to app_role using (user_id = (select u.id from users u where u.email = current_user and u.role in (0, 1)) and state in ('live', 'draft')) with check (views between 0 and 100);
create policy read_posts on posts for select using (state in ('live', 'review') or views > 10);
alter table comments enable row level security;
alter table comments force row level security;
create policy spam_out on comments as restrictive using (spam is not true and depth <= 10);
create function on_ddl() returns event_trigger language plpgsql as $$ begin end $$;
create event trigger watch_ddl on ddl_command_end when tag in ('DROP TABLE') execute function on_ddl();
grant usage on schema rails to app_role;
grant select, insert on accounts, users, posts to app_role;
grant select (id, post_id), update (body) on comments to app_role;
revoke execute on function slugify(text) from public;
grant execute on function slugify(text) to app_role;
revoke usage on type address from public;
grant usage on sequence invoice_numbers to app_role;
grant execute on procedure close_month(date) to app_role with grant option;
alter default privileges in schema rails grant select on tables to app_role;
insert into accounts(name, created_at, updated_at) select 'account ' || g, now(), now() from generate_series(1, 60) g;
insert into users(account_id, email, created_at) select g, 'u' || g || '@example.test', now() from generate_series(1, 60) g;
reset search_path;
