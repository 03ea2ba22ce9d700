import type { KnownTable } from './inventory.ts';

/** A tool that keeps track of its migrations in a table of its own. */
interface MigrationTool {
  readonly tool: string;
  readonly names: readonly string[];
  /** Columns without which a table of that name is another one. */
  readonly columns: readonly string[];
  /** With more columns than any of its versions makes it is another one, too. */
  readonly atMost: number;
}

const MIGRATION_TOOLS: readonly MigrationTool[] = [
  {
    tool: 'Flyway',
    names: ['flyway_schema_history', 'schema_version'],
    columns: ['installed_rank', 'script'],
    atMost: 10,
  },
  { tool: 'Liquibase', names: ['databasechangelog'], columns: ['filename', 'dateexecuted'], atMost: 16 },
  { tool: 'Liquibase', names: ['databasechangeloglock'], columns: ['locked', 'lockedby'], atMost: 4 },
  { tool: 'Prisma', names: ['_prisma_migrations'], columns: ['checksum', 'migration_name'], atMost: 8 },
  { tool: 'Django', names: ['django_migrations'], columns: ['app', 'applied'], atMost: 4 },
  { tool: 'Rails', names: ['ar_internal_metadata'], columns: ['key', 'value'], atMost: 4 },
  { tool: 'Rails, dbmate or golang-migrate', names: ['schema_migrations'], columns: ['version'], atMost: 2 },
  { tool: 'Alembic', names: ['alembic_version'], columns: ['version_num'], atMost: 1 },
  {
    tool: 'Entity Framework',
    names: ['__efmigrationshistory'],
    columns: ['migrationid', 'productversion'],
    atMost: 2,
  },
  { tool: 'Knex', names: ['knex_migrations'], columns: ['batch', 'migration_time'], atMost: 4 },
  { tool: 'Knex', names: ['knex_migrations_lock'], columns: ['is_locked'], atMost: 2 },
  { tool: 'Sequelize', names: ['sequelizemeta'], columns: ['name'], atMost: 1 },
  { tool: 'Drizzle', names: ['__drizzle_migrations'], columns: ['hash', 'created_at'], atMost: 3 },
  { tool: 'MikroORM', names: ['mikro_orm_migrations'], columns: ['name', 'executed_at'], atMost: 3 },
  { tool: 'Ecto', names: ['schema_migrations'], columns: ['version', 'inserted_at'], atMost: 2 },
  { tool: 'Laravel', names: ['migrations'], columns: ['migration', 'batch'], atMost: 3 },
  { tool: 'TypeORM', names: ['migrations', 'typeorm_migrations'], columns: ['timestamp', 'name'], atMost: 3 },
  { tool: 'Phinx', names: ['phinxlog'], columns: ['version', 'migration_name'], atMost: 5 },
  {
    tool: 'Doctrine',
    names: ['doctrine_migration_versions'],
    columns: ['version', 'executed_at'],
    atMost: 3,
  },
];

/** The tool that keeps its migrations in this table; undefined for a table of the application. */
export function migrationToolOf(table: KnownTable): string | undefined {
  const columns = new Set(table.columns.map(({ name }) => name.toLowerCase()));
  return MIGRATION_TOOLS.find(
    ({ names, columns: wanted, atMost }) =>
      names.includes(table.name.toLowerCase()) &&
      columns.size <= atMost &&
      wanted.every((column) => columns.has(column)),
  )?.tool;
}

/** What tables of such a name mostly hold, and that it is mostly not moved. */
const PASSING: readonly (readonly [name: RegExp, what: string])[] = [
  [/(?:^|_)sessions?$|^session_?store$|^django_session$/, 'sessions'],
  [/(?:^|_)caches?$|^cache_|_cache_/, 'a cache'],
  [
    /^(?:failed_)?jobs$|_jobs$|^job_batches$|^delayed_jobs$|^good_jobs$|^solid_queue_|^oban_|^que_|(?:^|_)queue$/,
    'jobs',
  ],
  [/(?:^|_)(?:password_reset|access|refresh|verification|reset|csrf)_?tokens?$/, 'short-lived tokens'],
  [/(?:^|_)locks?$|^shedlock$/, 'locks'],
];

/** What a table seems to hold that passes by itself; undefined where its name says nothing of the kind. */
export function passingContentOf({ name }: KnownTable): string | undefined {
  const spelled = snake(name);
  return PASSING.find(([pattern]) => pattern.test(spelled))?.[1];
}

/** Columns that systems write while they are used, so that they often differ by design. */
const WRITTEN_BY_USE =
  /^(?:updated|modified|changed|last_(?:seen|login|logged_in|active|access(?:ed)?|sync(?:ed)?|used|modified|updated)|row_?version|lock_version|version|xmin|synced|touched)(?:_?(?:at|on|time|date|timestamp|ip))?$/;

/** Whether a column is one that systems write while they are used. */
export function isWrittenByUse(name: string): boolean {
  return WRITTEN_BY_USE.test(snake(name));
}

/** Columns that tell when a row was written first. */
const CREATED =
  /^(?:created|inserted|placed|registered|added|date_created|creation)(?:_?(?:at|on|time|date))?$/;

/** The column of a table that tells when a row was written first, if there is one. */
export function createdColumnOf({ columns }: KnownTable): string | undefined {
  return columns.find(({ name, type }) => CREATED.test(snake(name)) && /^(?:timestamp|date)/.test(type))
    ?.name;
}

/** `lastSeenAt` as `last_seen_at`. */
function snake(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}
