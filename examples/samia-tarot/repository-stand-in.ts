import { execFile } from 'node:child_process';
import { chmod, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { CUTOVER_MIGRATION, MIGRATIONS } from './migrations.ts';

const run = promisify(execFile);

/** A repository with what the document calls, and the folder of its back-ups. */
export interface RepositoryStandIn {
  readonly directory: string;
  readonly commit: string;
  /** Goes in front of PATH. */
  readonly bin: string;
  /** What a migration says; undefined: as it should. */
  setMigration(text: string | undefined): Promise<void>;
  migrate(database: string): Promise<void>;
  /** Takes the tag from its commit, or puts it on one without the scripts that roll back. */
  setTag(to: 'release' | 'none' | 'without-rollback-scripts'): Promise<void>;
}

/** In place of `python3 migrate.py`: the same command lines, real statements in a real PostgreSQL. */
const MIGRATE = `#!/bin/sh
set -eu
[ "$1" = migrate.py ] || { echo "this stand-in of python3 knows migrate.py alone" >&2; exit 2; }
export PGOPTIONS='-c client_min_messages=warning'
sql() { psql --quiet --no-psqlrc --tuples-only --no-align --set ON_ERROR_STOP=1 --set VERBOSITY=terse "$@" "$DATABASE_URL"; }
case "$2 $*" in
  up*--dry-run*)
    {
      echo 'begin;'
      for pass in 1 2; do
        for file in migrations/*.sql; do cat "$file"; printf '%s\\n' "\\\\echo $file, pass $pass: ok"; done
      done
      echo 'rollback;'
    } | sql
    echo 'All migrations idempotent, no errors' ;;
  up*)
    for file in migrations/*.sql; do
      { cat "$file"; echo "insert into schema_migrations values ('\${file#migrations/}') on conflict do nothing;"; } | sql --single-transaction
    done ;;
  status*)
    sql --command "select name || ' applied ' || at from schema_migrations order by name" ;;
  audit*)
    sql --command "do \\$\\$ begin
      if to_regclass('feature_flags') is null or to_regclass('circuit_breakers') is null or to_regclass('budget_categories') is null
        then raise exception 'a table of migration 004 is missing'; end if;
      if exists (select from pg_class where relname in ('profiles', 'orders', 'payments') and not relrowsecurity)
        then raise exception 'row-level security is off'; end if;
    end \\$\\$"
    echo 'the schema is intact' ;;
  *) echo "unknown command: $2" >&2; exit 2 ;;
esac
`;

const RESTORE_DRILL = `#!/bin/sh
# restore-drill.sh <folder>: restores the newest back-up into the scratch database.
set -eu
newest=$(ls -t "$1"/pre_cutover_backup_*.sql | head -n 1)
pg_restore --clean --if-exists --no-owner --dbname "$SCRATCH_DATABASE_URL" "$newest"
echo "restored $newest"
`;

/** Writes the repository, commits and tags it. */
export async function createRepository(directory: string, tag: string): Promise<RepositoryStandIn> {
  const bin = path.join(directory, 'bin');
  const repository = path.join(directory, 'repository');
  const write = async (file: string, text: string, mode = 0o644): Promise<void> => {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    await chmod(file, mode);
  };
  const inside = (name: string): string => path.join(repository, name);
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await run(
      'git',
      ['-c', 'user.name=stand-in', '-c', 'user.email=stand-in@example.com', ...args],
      { cwd: repository },
    );
    return stdout.trim();
  };
  await Promise.all([
    write(path.join(bin, 'python3'), MIGRATE, 0o755),
    write(inside('scripts/restore-drill.sh'), RESTORE_DRILL, 0o755),
    write(
      inside(`rollback_scripts/${CUTOVER_MIGRATION}`),
      'drop view golden_signals; drop table feature_flags, circuit_breakers, budget_categories;\n',
    ),
    ...Object.entries(MIGRATIONS).map(([name, text]) => write(inside(`migrations/${name}`), text)),
  ]);
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'Release 1.0.0');
  const commit = await git('rev-parse', 'HEAD');
  await git('tag', tag);
  return {
    directory: repository,
    commit,
    bin,
    setMigration: (text) =>
      writeFile(inside(`migrations/${CUTOVER_MIGRATION}`), text ?? MIGRATIONS[CUTOVER_MIGRATION] ?? ''),
    migrate: async (database) => {
      await run(path.join(bin, 'python3'), ['migrate.py', 'up'], {
        cwd: repository,
        env: { ...process.env, DATABASE_URL: database },
      });
    },
    setTag: async (to) => {
      if (to === 'none') await git('tag', '--delete', tag);
      if (to === 'release') await git('tag', '--force', tag, commit);
      if (to !== 'without-rollback-scripts') return;
      // Of everything that is not staged, a tree without that folder.
      await git('rm', '--quiet', '-r', '--cached', 'rollback_scripts');
      const tree = await git('write-tree');
      await git('reset', '--quiet');
      await git('tag', '--force', tag, await git('commit-tree', tree, '-m', 'Without a way back'));
    },
  };
}

/** The folder of the back-ups: real dumps of a real database. */
export interface Backups {
  readonly folder: string;
  /** Makes one. @param without a table whose rows are left out */
  dump(name: string, without?: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Says that it was made so many hours ago. */
  age(name: string, hours: number): Promise<void>;
}

export async function createBackups(folder: string, database: string): Promise<Backups> {
  await mkdir(folder, { recursive: true });
  const at = (name: string): string => path.join(folder, name);
  return {
    folder,
    dump: async (name, without) => {
      const less = without === undefined ? [] : [`--exclude-table-data=public.${without}`];
      await run('pg_dump', ['--format=custom', ...less, `--file=${at(name)}`, database]);
    },
    remove: (name) => rm(at(name)),
    age: async (name, hours) => {
      const then = new Date(Date.now() - hours * 3_600_000);
      await utimes(at(name), then, then);
    },
  };
}
