import { execFile, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import mysql from 'mysql2/promise';
import { freePort } from '../demo/parts/free-port.ts';

const run = promisify(execFile);

/** A real MariaDB server for one test file. */
export interface TestMariadb {
  readonly pid: number;
  url(database: string, user?: string): string;
  /** Runs statements in a database, which is made if it is not there. */
  run(database: string, sql: string): Promise<void>;
  stop(): Promise<void>;
}

const FOLDERS = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];

function find(program: string): string | undefined {
  return FOLDERS.map((folder) => path.join(folder, program)).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether MariaDB is installed here. */
export const hasMariadb = find('mariadbd') !== undefined && find('mariadb-install-db') !== undefined;

/** Starts an empty server on a random port of this machine. As nobody where we are root, which it refuses. */
export async function startMariadb(): Promise<TestMariadb> {
  const [server, install] = [find('mariadbd'), find('mariadb-install-db')];
  if (server === undefined || install === undefined) throw new Error('MariaDB is not installed here');
  const asNobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const directory = await mkdtemp(path.join(tmpdir(), 'greenlight-mariadb-'));
  await chmod(directory, 0o755);
  const init = path.join(directory, 'init.sql');
  await writeFile(
    init,
    `create user if not exists app@'%';\ngrant all on *.* to app@'%' with grant option;\n`,
  );
  if (asNobody.uid !== undefined) await chown(directory, asNobody.uid, asNobody.gid);
  const data = path.join(directory, 'data');
  // Each that starts removes what it takes for leftovers in the folder of temporary files: of a neighbour, for example.
  const env = { ...process.env, TMPDIR: directory };
  await run(
    install,
    [
      ...['--no-defaults', `--datadir=${data}`, `--tmpdir=${directory}`],
      ...['--auth-root-authentication-method=normal', '--skip-test-db'],
    ],
    { ...asNobody, cwd: directory, env },
  ).catch(async (error: unknown) => {
    await rm(directory, { recursive: true, force: true });
    throw error;
  });
  const port = await freePort();
  const child = spawn(
    server,
    [
      ...['--no-defaults', `--datadir=${data}`, `--tmpdir=${directory}`],
      ...[`--port=${port}`, '--bind-address=127.0.0.1'],
      ...[`--socket=${path.join(directory, 'm.sock')}`, `--pid-file=${path.join(directory, 'm.pid')}`],
      ...['--skip-name-resolve', `--init-file=${init}`, '--innodb-flush-log-at-trx-commit=0'],
      ...['--innodb-buffer-pool-size=64M', '--innodb-log-file-size=16M', '--sync-binlog=0'],
    ],
    { ...asNobody, cwd: directory, env, stdio: 'ignore' },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stopNow = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', stopNow);
  const url = (database: string, user = 'app'): string => `mysql://${user}@127.0.0.1:${port}/${database}`;
  const execute = async (sql: string): Promise<void> => {
    const connection = await mysql.createConnection({ uri: url(''), multipleStatements: true });
    try {
      await connection.query(`set time_zone = '+00:00'; ${sql}`);
    } finally {
      await connection.end();
    }
  };
  const stop = async (): Promise<void> => {
    process.off('exit', stopNow);
    stopNow();
    await exited;
    await rm(directory, { recursive: true, force: true });
  };
  for (;;) {
    try {
      await execute('select 1');
      break;
    } catch (error) {
      if (child.exitCode !== null || child.signalCode !== null) {
        await stop();
        throw new Error('MariaDB did not start', { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return {
    pid: child.pid ?? 0,
    url,
    run: (database, sql) =>
      execute(
        `create database if not exists \`${database}\` character set utf8mb4; use \`${database}\`; ${sql}`,
      ),
    stop,
  };
}
