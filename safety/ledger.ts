import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { GreenlightError } from '../contract/errors.ts';
import { fileNameOf } from './state-file.ts';

/** One thing that may exist on the target because of us. */
export interface LedgerEntry {
  readonly id: string;
  readonly run: string;
  readonly check: string;
  /** Key of the plan's `created`. */
  readonly kind: string;
  readonly identity: string;
  readonly target: string;
  /** When it was about to be created, ISO 8601. */
  readonly at: string;
}

/** The durable list of what was created on one target. Several processes may write to it at once. */
export interface Ledger {
  /**
   * Writes down what is about to be created. The entry is on disk when the promise resolves.
   * @returns the id of the entry
   * @throws GreenlightError LEDGER_UNWRITABLE; then nothing may be created
   */
  record(entry: { run: string; check: string; kind: string; identity: string }): Promise<string>;
  /** Notes that an entry is no longer outstanding. @throws GreenlightError LEDGER_UNWRITABLE */
  settle(id: string, how: 'undone' | 'kept'): Promise<void>;
  /** Everything that was recorded and never settled, oldest first. @throws GreenlightError LEDGER_UNREADABLE */
  outstanding(): Promise<readonly LedgerEntry[]>;
}

const Created = z.strictObject({
  v: z.literal(1),
  created: z.strictObject({
    id: z.string(),
    run: z.string(),
    check: z.string(),
    kind: z.string(),
    identity: z.string(),
    target: z.string(),
    at: z.string(),
  }),
});
const Settled = z.strictObject({
  v: z.literal(1),
  settled: z.strictObject({ id: z.string(), how: z.enum(['undone', 'kept']), at: z.string() }),
});
const Line = z.union([Created, Settled]);
type Line = z.infer<typeof Line>;

/** Days after which files are removed whose entries are all settled. */
const KEPT_DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Opens the ledger of a target under `<stateDirectory>/ledger/`: one file for each day, of one JSON document a line.
 * @throws GreenlightError LEDGER_UNWRITABLE
 */
export async function openLedger(stateDirectory: string, target: string): Promise<Ledger> {
  const directory = join(stateDirectory, 'ledger');
  await mkdir(directory, { recursive: true }).catch((cause: unknown) => {
    throw unwritable(directory, cause);
  });
  const prefix = fileNameOf(target);
  const append = (line: Line): Promise<void> => appendDurably(join(directory, dayFile(prefix)), line);
  await removeOld(directory, prefix);
  return {
    record: async (entry) => {
      const id = randomUUID();
      const { run, check, kind, identity } = entry;
      const at = new Date().toISOString();
      await append({ v: 1, created: { id, run, check, kind, identity, target, at } });
      return id;
    },
    settle: (id, how) => append({ v: 1, settled: { id, how, at: new Date().toISOString() } }),
    outstanding: async () =>
      outstandingIn((await readFiles(directory, prefix)).flatMap((file) => file.lines)),
  };
}

function outstandingIn(lines: readonly Line[]): readonly LedgerEntry[] {
  const created = new Map<string, LedgerEntry>();
  const settled = new Set<string>();
  for (const line of lines) {
    if ('created' in line) created.set(line.created.id, line.created);
    else settled.add(line.settled.id);
  }
  return [...created.values()].filter((entry) => !settled.has(entry.id));
}

async function appendDurably(file: string, line: Line): Promise<void> {
  // The newline in front separates this line from one that a killed writer or a full disk left half written.
  const bytes = Buffer.from(`\n${JSON.stringify(line)}\n`);
  try {
    const handle = await open(file, 'a', 0o600);
    try {
      // One write per line: with O_APPEND, writers in other processes can't come between.
      const { bytesWritten } = await handle.write(bytes);
      if (bytesWritten !== bytes.length) throw new Error(`only ${bytesWritten} of ${bytes.length} bytes fit`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncDirectory(dirname(file));
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

/** A new file is only safe from a power cut when its directory is on disk too. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

interface LedgerFile {
  readonly path: string;
  /** Start of its day, in milliseconds since 1970. */
  readonly day: number;
  readonly lines: readonly Line[];
}

/** All files of a target with their lines, the oldest first. */
async function readFiles(directory: string, prefix: string): Promise<readonly LedgerFile[]> {
  const files: LedgerFile[] = [];
  for (const { path, day } of await listFiles(directory, prefix)) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      // Another process just removed it, because everything in it is settled.
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    files.push({ path, day, lines: text.split('\n').flatMap((line) => parseLine(line, path)) });
  }
  return files;
}

async function listFiles(
  directory: string,
  prefix: string,
): Promise<readonly { path: string; day: number }[]> {
  return (await readdir(directory))
    .filter((name) => name.startsWith(`${prefix}.`) && name.endsWith('.jsonl'))
    .sort()
    .map((name) => ({ path: join(directory, name), day: Date.parse(name.slice(prefix.length + 1, -6)) }));
}

/**
 * Removes old files, the oldest first and only as long as all that they record is settled: so a file with the
 * settlement of an entry never goes before the entry.
 */
async function removeOld(directory: string, prefix: string): Promise<void> {
  const limit = Date.now() - KEPT_DAYS * DAY_MS;
  if (!(await listFiles(directory, prefix)).some((file) => file.day < limit)) return;
  const files = await readFiles(directory, prefix);
  const open = new Set(outstandingIn(files.flatMap((file) => file.lines)).map((entry) => entry.id));
  for (const { path, day, lines } of files) {
    if (!(day < limit) || lines.some((line) => 'created' in line && open.has(line.created.id))) return;
    await rm(path, { force: true });
  }
}

function dayFile(prefix: string): string {
  return `${prefix}.${new Date().toISOString().slice(0, 10)}.jsonl`;
}

/** A half-written line is nothing: its writer never got to create anything. A whole line of another shape is an error. */
function parseLine(text: string, file: string): readonly Line[] {
  if (text === '') return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const parsed = Line.safeParse(value);
  if (parsed.success) return [parsed.data];
  throw new GreenlightError('LEDGER_UNREADABLE', `${file} holds a line of another shape`, {
    cause: parsed.error,
  });
}

function unwritable(place: string, cause: unknown): GreenlightError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new GreenlightError('LEDGER_UNWRITABLE', `${place}: ${reason}`, { cause });
}
