import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { GreenlightError } from '../contract/errors.ts';
import { Phase } from '../contract/evidence/outcome.ts';
import { makeDirectory } from '../host/make-directory.ts';
import { lifeOf, ownIdentity } from '../host/process-identity.ts';

/** The right to be the only run on a target. */
export interface Lease {
  /** Gives it back; does nothing when it was lost or released before. */
  release(): Promise<void>;
  /** Aborts when somebody else may hold it from now on. Absent where that cannot happen while this process lives. */
  readonly lost?: AbortSignal;
  /** Asks whether it is still held, and aborts `lost` where it is not. Never throws. */
  confirm?(): Promise<void>;
  /** Higher than that of every holder before. */
  readonly token?: number;
}

/** How often a holder shows that it lives, in milliseconds. Only holders on other hosts are judged by it. */
export const HEARTBEAT_MS = 15_000;
/** A holder on another host that was silent for this long is taken for dead, in milliseconds. */
export const SILENT_AFTER_MS = 5 * 60_000;

const OLD_DRAFT_MS = 60 * 60_000;

const Holder = z.strictObject({
  lease: z.string(),
  /** Null once it was released. */
  holder: z
    .strictObject({
      host: z.string(),
      pid: z.number().int().positive(),
      start: z.string().nullable(),
      target: z.string(),
      run: z.string(),
      phase: Phase,
      startedAt: z.string(),
    })
    .nullable(),
});
type Holder = z.infer<typeof Holder>;

/** Who takes a lease, for whoever finds it held. */
export interface LeaseTaker {
  readonly target: string;
  readonly run: string;
  readonly phase: Phase;
}

/**
 * Takes the lease that a directory stands for, or refuses at once. A lease whose holder is dead is taken over.
 *
 * Lease files are numbered and the highest number counts. A file appears whole (by `link`), is never reused, and the
 * highest one is never removed, only replaced by "released": so a slow process that judged an old holder dead can
 * never remove or replace the lease of a new one.
 * @throws GreenlightError LEASE_HELD that names the holder and the file, or STATE_UNWRITABLE
 */
export async function acquireNumberedLease(directory: string, options: LeaseTaker): Promise<Lease> {
  const own: Holder = {
    lease: randomUUID(),
    holder: {
      ...ownIdentity(),
      target: options.target,
      run: options.run,
      phase: options.phase,
      startedAt: new Date().toISOString(),
    },
  };
  const draft = join(directory, `draft-${own.lease}`);
  try {
    makeDirectory(directory);
    await writeFile(draft, JSON.stringify(own, null, 2), { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    // A full disk may have taken the file and not what is in it.
    await rm(draft, { force: true }).catch(() => undefined);
    throw new GreenlightError('STATE_UNWRITABLE', directory, { cause });
  }
  try {
    for (;;) {
      const highest = await highestNumber(directory);
      if (highest > 0) await refuseWhenHeld(fileOf(directory, highest), draft, options.target);
      const number = highest + 1;
      if (!(await linked(draft, fileOf(directory, number)))) continue;
      if ((await highestNumber(directory)) !== number) {
        // We were too slow: others came and went meanwhile, and their number counts.
        await rm(fileOf(directory, number), { force: true });
        continue;
      }
      await removeBelow(directory, number);
      return held(directory, number, own);
    }
  } finally {
    await rm(draft, { force: true });
  }
}

function held(directory: string, number: number, own: Holder): Lease {
  const file = fileOf(directory, number);
  const heartbeat = setInterval(() => {
    const now = new Date();
    // A missed beat is harmless by itself; a lost directory shows at the next write to the ledger.
    utimes(file, now, now).catch(() => clearInterval(heartbeat));
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      const current = await readHolder(file);
      if (current?.lease !== own.lease || current.holder === null) return;
      const draft = join(directory, `draft-${randomUUID()}`);
      await writeFile(draft, JSON.stringify({ lease: own.lease, holder: null } satisfies Holder), {
        mode: 0o600,
      });
      await rename(draft, file);
    },
  };
}

/**
 * Looks whether someone holds the lease of another directory.
 * @param own a directory of the caller's on the same file system, to read its clock by
 * @throws GreenlightError LEASE_HELD that names the holder and the file
 */
export async function refuseWhileHeld(directory: string, own: string, target: string): Promise<void> {
  const highest = existsSync(directory) ? await highestNumber(directory) : 0;
  if (highest === 0) return;
  const draft = join(own, `draft-${randomUUID()}`);
  await writeFile(draft, '', { flag: 'wx', mode: 0o600 });
  try {
    await refuseWhenHeld(fileOf(directory, highest), draft, target);
  } finally {
    await rm(draft, { force: true });
  }
}

async function refuseWhenHeld(file: string, draft: string, target: string): Promise<void> {
  const current = await readHolder(file);
  // Gone since it was listed: someone took over, and the next round sees who. Released: free.
  if (current === undefined || current.holder === null) return;
  const holder = current.holder;
  const life = lifeOf(holder);
  if (life === 'dead') return;
  if (life === 'cannot-tell') {
    const silentMs = await ageOf(file, draft);
    if (silentMs === undefined || silentMs > SILENT_AFTER_MS) return;
  }
  throw new GreenlightError(
    'LEASE_HELD',
    `run ${holder.run} (${holder.phase}) works on "${target}" since ${holder.startedAt}: process ${holder.pid} on ${
      holder.host.split(' ')[0] ?? ''
    }, lease ${file}`,
  );
}

/** How long ago the holder last touched its lease, by the clock of the file system that both share. */
async function ageOf(file: string, draft: string): Promise<number | undefined> {
  const now = new Date();
  try {
    const [beat, fresh] = await Promise.all([stat(file), stat(draft)]);
    const sinceDraft = now.getTime() - fresh.birthtimeMs;
    return fresh.mtimeMs + Math.max(0, sinceDraft) - beat.mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readHolder(file: string): Promise<Holder | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return Holder.parse(JSON.parse(text));
  } catch (cause) {
    throw new GreenlightError(
      'LEASE_UNREADABLE',
      `the lease file ${file} cannot be read, so its holder is not known`,
      { cause },
    );
  }
}

async function highestNumber(directory: string): Promise<number> {
  // Twice: a listing may miss both of two files when one is replaced by the other while it is made.
  const numbers = [...(await listNumbers(directory)), ...(await listNumbers(directory))];
  return numbers.reduce((highest, number) => Math.max(highest, number), 0);
}

async function listNumbers(directory: string): Promise<readonly number[]> {
  const names = await readdir(directory);
  return names.flatMap((name) => {
    const number = /^(\d+)\.json$/.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

/** Removes what earlier leases left: lower numbers, and drafts of processes that were killed while they wrote them. */
async function removeBelow(directory: string, number: number): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith('draft-')) continue;
    const draft = await stat(join(directory, name)).catch(() => undefined);
    if (draft && Date.now() - draft.mtimeMs > OLD_DRAFT_MS) await rm(join(directory, name), { force: true });
  }
  for (const lower of await listNumbers(directory)) {
    if (lower < number) await rm(fileOf(directory, lower), { force: true });
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function fileOf(directory: string, number: number): string {
  return join(directory, `${number}.json`);
}
