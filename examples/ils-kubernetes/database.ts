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
  /** Rows of the restored backup. */
  readonly rows: { readonly users: number; readonly patients: number; readonly orders: number };
}

/** Fills production, makes its backup (a copy by template stands for dump and restore) and a staging database. */
export async function createDatabases(server: Postgres): Promise<IlsDatabases> {
  const production = server.url;
  await runSql(production, SCHEMA);
  await runSql(server.adminUrl, 'create database restored template shop');
  await runSql(server.adminUrl, 'create database staging template shop');
  const of = (name: string): string => production.replace(/\/[^/]*$/, `/${name}`);
  return {
    production,
    staging: of('staging'),
    restored: of('restored'),
    rows: { users: 40, patients: 300, orders: 900 },
  };
}

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
