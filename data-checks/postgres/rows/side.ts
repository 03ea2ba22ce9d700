import { isLostConnection, openSession, type Session, type SessionOptions } from '../session.ts';
import { allSettled } from './all-settled.ts';
import { type Moment, readMoment, sameMoment } from './moment.ts';
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

/** The session that held the snapshot is gone, so no worker can join it any more. */
export class SnapshotLost extends Error {
  override readonly name = 'SnapshotLost';
}

/** Which side an error came from. */
const FROM = new WeakMap<object, SideName>();

/** The side that an error came from, where one of its sessions threw it. */
export function sideOfError(error: unknown): SideName | undefined {
  return typeof error === 'object' && error !== null ? FROM.get(error) : undefined;
}

/** Remembers of each error of the session which side it came from. */
function marked(session: Session, name: SideName): Session {
  const { client } = session;
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const asking = async (...args: unknown[]): Promise<unknown> => {
    try {
      return await query(...args);
    } catch (error) {
      if (typeof error === 'object' && error !== null) FROM.set(error, name);
      throw error;
    }
  };
  client.query = asking as typeof client.query;
  return session;
}

/** Whether an error means that a side must be opened again before anything more can be asked. */
export function isLostSide(error: unknown): boolean {
  return error instanceof SnapshotLost || isLostConnection(error);
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
  /** A session of its own that sees this moment rather than the snapshot's. */
  fresh(): Promise<Session>;
  /** Whether all its sessions still answer, in the transactions that they began. */
  answers(): Promise<boolean>;
  /**
   * Takes a new snapshot on new sessions, trying for `patienceMs`.
   * @returns whether it shows exactly what the one before showed
   * @throws the last error of the server or the driver
   */
  reopen(patienceMs: number): Promise<boolean>;
  close(): Promise<void>;
}

interface Opened {
  readonly main: Session;
  readonly workers: Session[];
  readonly version: number;
  readonly moment: Moment;
  readonly join: () => Promise<Session>;
}

/** @throws PooledConnection, or the error of the server or the driver */
export async function openSide(options: SideOptions): Promise<Side> {
  let opened = await openSessions(options);
  const close = async (): Promise<void> => closeAll(opened);
  return {
    name: options.name,
    get version() {
      return opened.version;
    },
    get main() {
      return opened.main;
    },
    width: options.workers,
    each: (next, work) => runTasks(opened, next, work),
    recover: async () => {
      await allSettled(
        [opened.main, ...opened.workers].map((session) =>
          session.client.query('rollback to savepoint opened'),
        ),
      );
    },
    fresh: () => openSession(options),
    answers: async () => {
      const asked = [opened.main, ...opened.workers].map((session) =>
        session.client.query('rollback to savepoint opened'),
      );
      return (await Promise.allSettled(asked)).every((answer) => answer.status === 'fulfilled');
    },
    reopen: async (patienceMs) => {
      const before = opened.moment;
      await close();
      opened = await patiently(patienceMs, () => openSessions(options));
      return sameMoment(before, opened.moment);
    },
    close,
  };
}

async function openSessions(options: SideOptions): Promise<Opened> {
  const main = marked(await openSession(options), options.name);
  const workers: Session[] = [];
  try {
    const { version, snapshot } = await exportSnapshot(main, options.name);
    const moment = await readMoment(main.client);
    await main.client.query('savepoint opened');
    const join = async (): Promise<Session> => {
      const session = await openSession({ ...options, snapshot }).catch((cause: unknown) => {
        if (isLostConnection(cause)) throw cause;
        throw new SnapshotLost('the snapshot is gone with the session that held it', { cause });
      });
      marked(session, options.name);
      await session.client.query(
        `set local work_mem = '64MB'; set local max_parallel_workers_per_gather = 0; savepoint opened`,
      );
      return session;
    };
    for (let index = 0; index < options.workers; index += 1) workers.push(await join());
    return { main, workers, version, moment, join };
  } catch (error) {
    await closeAll({ main, workers });
    throw error;
  }
}

async function closeAll({ main, workers }: Pick<Opened, 'main' | 'workers'>): Promise<void> {
  await Promise.all([main, ...workers].map((session) => session.close()));
}

const RETRY_MS = 250;

async function patiently<T>(patienceMs: number, attempt: () => Promise<T>): Promise<T> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() + RETRY_MS > until || !isLostSide(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
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

/** Workers that are cut without having finished anything in between; then something is wrong with the way there. */
const MOST_REJOINS = 5;

async function runTasks<T>(
  { workers, join }: Opened,
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
          rejoins = 0;
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
