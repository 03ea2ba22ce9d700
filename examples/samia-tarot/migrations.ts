/** The migrations of Samia Tarot, by their file. Each may be run twice. */
export const MIGRATIONS: Readonly<Record<string, string>> = {
  '001_accounts.sql': `
create table if not exists profiles (id bigint generated always as identity primary key, email text not null unique,
  password text not null, role text not null default 'customer', created_at timestamptz not null default now());
create table if not exists services (id integer primary key, name text not null, price integer not null);
create table if not exists schema_migrations (name text primary key, at timestamptz not null default now());
`,
  '002_orders_and_payments.sql': `
create table if not exists orders (id bigint generated always as identity primary key,
  profile_id bigint not null references profiles, service_id integer not null references services,
  question_text text not null, status text not null default 'pending', created_at timestamptz not null default now());
create table if not exists payments (id bigint generated always as identity primary key,
  profile_id bigint not null references profiles, request_key text not null unique, provider_reference text not null,
  amount integer not null, created_at timestamptz not null default now());
`,
  '003_row_level_security.sql': `
do $$ begin create role authenticated nologin; exception when duplicate_object then null; end $$;
grant select on profiles, orders, payments to authenticated;
create or replace function claim(name text) returns text language sql stable as
  $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> name $$;
alter table profiles enable row level security;
alter table orders enable row level security;
alter table payments enable row level security;
drop policy if exists own_profile on profiles;
create policy own_profile on profiles for select using (id = claim('sub')::bigint or claim('role') = 'admin');
drop policy if exists own_orders on orders;
create policy own_orders on orders for select using (profile_id = claim('sub')::bigint or claim('role') = 'admin');
drop policy if exists own_payments on payments;
create policy own_payments on payments for select using (profile_id = claim('sub')::bigint or claim('role') = 'admin');
`,
  '004_production_cutover_schema.sql': `
create table if not exists feature_flags (flag_key text primary key, is_enabled boolean not null,
  rollout_percentage integer not null);
insert into feature_flags values ('community_enabled', false, 0), ('notifications_enabled', false, 1),
  ('rate_limiting_enabled', true, 100), ('circuit_breakers_enabled', true, 100), ('budget_guards_enabled', true, 100)
  on conflict do nothing;
create table if not exists circuit_breakers (provider text primary key, state text not null default 'closed');
insert into circuit_breakers (provider) values ('stripe'), ('square'), ('twilio'), ('fcm'), ('apns'), ('test-provider')
  on conflict do nothing;
create table if not exists budget_categories (name text primary key, budget numeric not null, spent numeric not null,
  is_active boolean not null default true);
insert into budget_categories values ('compute', 400, 120), ('database', 200, 60), ('messages', 100, 21), ('ai', 300, 90)
  on conflict do nothing;
create or replace view golden_signals as select metric_type, now() - interval '1 minute' as recorded_at
  from unnest(array['latency', 'traffic', 'errors', 'saturation']) as metric_type;
`,
};
/** The one that the cut-over brings. */
export const CUTOVER_MIGRATION = '004_production_cutover_schema.sql';

/** Three accounts that the plan knows, their orders and payments, and those of others. */
export const SEED = `
insert into profiles (email, password, role, created_at) values
  ('test-customer@example.com', 'x', 'customer', now() - interval '90 days'),
  ('other-customer@example.com', 'x', 'customer', now() - interval '90 days'),
  ('admin@example.com', 'x', 'admin', now() - interval '90 days');
insert into profiles (email, password, created_at)
  select 'customer' || n || '@example.com', 'x', now() - interval '60 days' from generate_series(4, 40) n;
insert into services values (1, 'One card', 1000), (2, 'Celtic cross', 3500);
insert into orders (profile_id, service_id, question_text, status, created_at)
  select n % 20 + 1, n % 2 + 1, 'Question ' || n, 'answered', now() - interval '30 days' from generate_series(0, 199) n;
insert into payments (profile_id, request_key, provider_reference, amount, created_at)
  select n % 20 + 1, 'seed-' || n, 'pi_seed_' || n, 1000, now() - interval '30 days' from generate_series(0, 99) n;
insert into schema_migrations (name) values ('001_accounts.sql'), ('002_orders_and_payments.sql'),
  ('003_row_level_security.sql');
`;
