import type { KnownTable } from './inventory.ts';

/** A tool that keeps track of its migrations in a table of its own. */
interface MigrationTool {
  readonly tool: string;
  readonly names: readonly string[];
  /** Columns without which a table of that name is another one. */
  readonly columns: readonly string[];
}

const MIGRATION_TOOLS: readonly MigrationTool[] = [
  {
    tool: 'Flyway',
    names: ['flyway_schema_history', 'schema_version'],
    columns: ['installed_rank', 'script'],
  },
  { tool: 'Liquibase', names: ['databasechangelog'], columns: ['filename', 'dateexecuted'] },
  { tool: 'Liquibase', names: ['databasechangeloglock'], columns: ['locked', 'lockedby'] },
  { tool: 'Prisma', names: ['_prisma_migrations'], columns: ['checksum', 'migration_name'] },
  { tool: 'Django', names: ['django_migrations'], columns: ['app', 'applied'] },
  { tool: 'Rails', names: ['ar_internal_metadata'], columns: ['key', 'value'] },
  { tool: 'Rails, dbmate or golang-migrate', names: ['schema_migrations'], columns: ['version'] },
  { tool: 'Alembic', names: ['alembic_version'], columns: ['version_num'] },
  { tool: 'Entity Framework', names: ['__efmigrationshistory'], columns: ['migrationid', 'productversion'] },
  { tool: 'Knex', names: ['knex_migrations'], columns: ['batch', 'migration_time'] },
  { tool: 'Knex', names: ['knex_migrations_lock'], columns: ['is_locked'] },
  { tool: 'Sequelize', names: ['sequelizemeta'], columns: ['name'] },
  { tool: 'Drizzle', names: ['__drizzle_migrations'], columns: ['hash', 'created_at'] },
  { tool: 'MikroORM', names: ['mikro_orm_migrations'], columns: ['name', 'executed_at'] },
  { tool: 'Ecto', names: ['schema_migrations'], columns: ['version', 'inserted_at'] },
  { tool: 'Laravel', names: ['migrations'], columns: ['migration', 'batch'] },
  { tool: 'TypeORM', names: ['migrations', 'typeorm_migrations'], columns: ['timestamp', 'name'] },
  { tool: 'Phinx', names: ['phinxlog'], columns: ['version', 'migration_name'] },
  { tool: 'Doctrine', names: ['doctrine_migration_versions'], columns: ['version', 'executed_at'] },
];

/** The tool that keeps its migrations in this table; undefined for a table of the application. */
export function migrationToolOf(table: KnownTable): string | undefined {
  const columns = new Set(table.columns.map(({ name }) => name.toLowerCase()));
  return MIGRATION_TOOLS.find(
    ({ names, columns: wanted }) =>
      names.includes(table.name.toLowerCase()) && wanted.every((column) => columns.has(column)),
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
