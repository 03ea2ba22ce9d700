import { isLostConnection, openSession, type Session, type SessionOptions } from '../session.ts';
import { allSettled } from './all-settled.ts';
import type { SideName } from './pairing.ts';

export interface SideOptions extends SessionOptions {
  readonly name: SideName;
  /** Sessions that hash at the same time; each is one connection. */
  readonly workers: number;
}

/** A pooled connection would lose the snapshot between two statements. */
export class PooledConnection extends Error {
  override readonly name = 'PooledConnection';
}

/**
 * One side of a comparison: a session that holds the snapshot, and workers that joined it, so that everything on this
 * side is read as of one moment.
 */
export interface Side {
  readonly name: SideName;
  /** `server_version_num`: 150018. */
  readonly version: number;
  readonly main: Session;
  /** How many tasks run at the same time. */
  readonly width: number;
  /**
   * Runs one task after another on every worker until `next` has no more. A worker whose connection was cut joins the
   * snapshot again and repeats its task; any other error ends all.
   */
  each<T>(next: () => T | undefined, work: (session: Session, task: T) => Promise<void>): Promise<void>;
  /** Puts every session's transaction back to how it was opened, after a statement that failed. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

/** @throws PooledConnection, or the error of the server or the driver */
export async function openSide(options: SideOptions): Promise<Side> {
  const main = await openSession(options);
  const workers: Session[] = [];
  const close = async (): Promise<void> => {
    await Promise.all([main, ...workers].map((session) => session.close()));
  };
  try {
    const { version, snapshot } = await exportSnapshot(main, options.name);
    await main.client.query('savepoint opened');
    const join = async (): Promise<Session> => {
      const session = await openSession({ ...options, snapshot });
      await session.client.query(
        `set local work_mem = '64MB'; set local max_parallel_workers_per_gather = 0; savepoint opened`,
      );
      return session;
    };
    for (let index = 0; index < options.workers; index += 1) workers.push(await join());
    return {
      name: options.name,
      version,
      main,
      width: options.workers,
      each: (next, work) => runTasks(workers, join, next, work),
      recover: async () => {
        await Promise.all(
          [main, ...workers].map((session) => session.client.query('rollback to savepoint opened')),
        );
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function exportSnapshot(main: Session, name: SideName): Promise<{ version: number; snapshot: string }> {
  const { rows } = await main.client.query<{ version: string; pid: number; snapshot: string }>(
    `select current_setting('server_version_num') as version, pg_backend_pid() as pid, pg_export_snapshot() as snapshot`,
  );
  const row = rows[0];
  if (row === undefined) throw new Error('the server did not export its snapshot');
  // A pooler invents the process id of the handshake; the server knows its own.
  const { processID } = main.client as unknown as { readonly processID?: number | null };
  if (typeof processID === 'number' && processID !== row.pid) {
    throw new PooledConnection(
      `the ${name} database is reached through a connection pooler, which would lose the snapshot between two statements; give the address of the server itself`,
    );
  }
  return { version: Number(row.version), snapshot: row.snapshot };
}

const MOST_REJOINS = 5;

async function runTasks<T>(
  workers: Session[],
  join: () => Promise<Session>,
  next: () => T | undefined,
  work: (session: Session, task: T) => Promise<void>,
): Promise<void> {
  let failed = false;
  let rejoins = 0;
  const loop = async (index: number): Promise<void> => {
    for (let task = next(); task !== undefined && !failed; task = next()) {
      for (let done = false; !done;) {
        const session = workers[index];
        if (session === undefined) return;
        try {
          await work(session, task);
          done = true;
        } catch (error) {
          if (!isLostConnection(error) || rejoins >= MOST_REJOINS) throw error;
          rejoins += 1;
          await session.close();
          workers[index] = await join();
        }
      }
    }
  };
  await allSettled(
    workers.map((_, index) =>
      loop(index).catch((error: unknown) => {
        failed = true;
        throw error;
      }),
    ),
  );
}
