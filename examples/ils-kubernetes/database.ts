import pg from 'pg';
import type { Postgres } from '../../demo/parts/postgres.ts';
import { untilGone } from '../system/pool.ts';

const SCHEMA = `
create table users (id bigint generated always as identity primary key, email text not null unique,
  created_at timestamptz not null default now());
create table patients (id bigint generated always as identity primary key, mrn text not null unique,
  name text not null, created_at timestamptz not null default now());
create table orders (id bigint generated always as identity primary key, reference text not null unique,
  patient_mrn text not null, status text not null, created_at timestamptz not null default now());
insert into users (email, created_at) select 'user' || n || '@clinic.example', now() - interval '30 days'
  from generate_series(1, 40) n;
insert into patients (mrn, name, created_at) select 'P' || n, 'Patient ' || n, now() - interval '20 days'
  from generate_series(1, 300) n;
insert into orders (reference, patient_mrn, status, created_at)
  select 'O' || n, 'P' || (n % 300 + 1), 'reported', now() - interval '10 days' from generate_series(1, 900) n;
`;

/** The databases of the scene, by what is in them. */
export interface IlsDatabases {
  readonly production: string;
  readonly staging: string;
  /** The backup of production, restored. */
  readonly restored: string;
  /** Where restores are tried. */
  readonly scratch: string;
}

/** Fills production, and makes a copy of it as restored backup, a staging database and an empty one. */
export async function createDatabases(server: Postgres): Promise<IlsDatabases> {
  const production = server.url;
  await runSql(production, SCHEMA);
  await runSql(server.adminUrl, 'create database restored template shop');
  await runSql(server.adminUrl, 'create database staging template shop');
  await runSql(server.adminUrl, 'create database scratch');
  const of = (name: string): string => production.replace(/\/[^/]*$/, `/${name}`);
  return {
    production,
    staging: of('staging'),
    restored: of('restored'),
    scratch: of('scratch'),
  };
}

/**
 * What users do after the backup: new orders, orders that go on, a name that is corrected, an address that changes. Nothing
 * of it is damage.
 */
export const TRAFFIC = `
insert into orders (reference, patient_mrn, status) select 'N' || n, 'P' || n, 'ordered' from generate_series(1, 5) n
  on conflict do nothing;
update orders set status = 'amended' where id between 100 and 140;
update patients set name = name || ' (corrected)' where id = 50;
update users set email = 'moved' || id || '@clinic.example' where id = 7;
`;

/** Runs statements on a connection of their own. */
export async function runSql(url: string, statements: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', untilGone);
  await client.connect();
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}
