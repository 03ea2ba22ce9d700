import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { GreenlightError } from '../contract/errors.ts';
import { appendJsonLine } from '../host/append-line.ts';
import { fileNameOf } from '../host/state-file.ts';

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
  /** Whether the request that creates it was answered; absent where nobody lived to say so. */
  readonly request?: 'answered' | 'unanswered';
}

/** A place in the ledger that cannot be read: something may be on the target that it named. */
export interface LedgerDamage {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** What stands there, as far as it can be shown. */
  readonly text: string;
}

/** The durable list of what was created on one target. Several processes may write to it at once. */
export interface Ledger {
  /**
   * Writes down what is about to be created. The entry is on disk when the promise resolves.
   * @returns the id of the entry
   * @throws GreenlightError LEDGER_UNWRITABLE; then nothing may be created
   */
  record(entry: { run: string; check: string; kind: string; identity: string }): Promise<string>;
  /**
   * Notes whether the request that creates an entry got an answer. One without may still be carried out later.
   * @throws GreenlightError LEDGER_UNWRITABLE
   */
  answered(id: string, request: 'answered' | 'unanswered'): Promise<void>;
  /** Notes that an entry is no longer outstanding. @throws GreenlightError LEDGER_UNWRITABLE */
  settle(id: string, how: 'undone' | 'kept'): Promise<void>;
  /** Everything that was recorded and never settled, oldest first. @throws GreenlightError LEDGER_UNREADABLE */
  outstanding(): Promise<readonly LedgerEntry[]>;
  /** Everything that was recorded, settled or not, as far as its files are kept. @throws GreenlightError LEDGER_UNREADABLE */
  recorded(): Promise<readonly LedgerEntry[]>;
  /**
   * What cannot be read. An entry that only lost its end is outstanding, and damage until it is settled: more may have
   * stood behind it.
   * @throws GreenlightError LEDGER_UNREADABLE
   */
  damage(): Promise<readonly LedgerDamage[]>;
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
const Answered = z.strictObject({
  v: z.literal(1),
  answered: z.strictObject({ id: z.string(), request: z.enum(['answered', 'unanswered']), at: z.string() }),
});
const Line = z.union([Created, Settled, Answered]);
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
  const append = (line: Line): Promise<void> => appendLine(join(directory, dayFile(prefix)), line);
  await removeOld(directory, prefix);
  return {
    record: async (entry) => {
      const id = randomUUID();
      const { run, check, kind, identity } = entry;
      const at = new Date().toISOString();
      await append({ v: 1, created: { id, run, check, kind, identity, target, at } });
      return id;
    },
    answered: (id, request) => append({ v: 1, answered: { id, request, at: new Date().toISOString() } }),
    settle: (id, how) => append({ v: 1, settled: { id, how, at: new Date().toISOString() } }),
    outstanding: async () =>
      outstandingIn((await readFiles(directory, prefix)).flatMap((file) => file.lines)),
    recorded: async () =>
      (await readFiles(directory, prefix)).flatMap(({ lines }) =>
        lines.flatMap((line) => ('created' in line ? [line.created] : [])),
      ),
    damage: async () => unresolved(await readFiles(directory, prefix)),
  };
}

function outstandingIn(lines: readonly Line[]): readonly LedgerEntry[] {
  const created = new Map<string, LedgerEntry>();
  const settled = new Set<string>();
  const requests = new Map<string, 'answered' | 'unanswered'>();
  for (const line of lines) {
    if ('created' in line) created.set(line.created.id, line.created);
    else if ('settled' in line) settled.add(line.settled.id);
    // A second try that was answered does not take the first one back.
    else if (requests.get(line.answered.id) !== 'unanswered') {
      requests.set(line.answered.id, line.answered.request);
    }
  }
  return [...created.values()]
    .filter((entry) => !settled.has(entry.id))
    .map((entry) => {
      const request = requests.get(entry.id);
      return request === undefined ? entry : { ...entry, request };
    });
}

/** Damage, except of entries that lost no more than their end and are settled by now. */
function unresolved(files: readonly LedgerFile[]): readonly LedgerDamage[] {
  const open = new Set(outstandingIn(files.flatMap(({ lines }) => lines)).map(({ id }) => id));
  return files
    .flatMap(({ damage }) => damage)
    .filter(({ entry }) => entry === undefined || open.has(entry))
    .map(({ file, line, text }) => ({ file, line, text }));
}

async function appendLine(file: string, line: Line): Promise<void> {
  try {
    // Losing an answer only makes us more careful, so it need not wait for the disk.
    await appendJsonLine(file, line, { mode: 0o600, durable: !('answered' in line) });
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

interface LedgerFile {
  readonly path: string;
  /** Start of its day, in milliseconds since 1970. */
  readonly day: number;
  readonly lines: readonly Line[];
  readonly damage: readonly (LedgerDamage & { readonly entry: string | undefined })[];
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
    files.push({ path, day, ...readLines(text, path) });
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
  const damaged = new Set(unresolved(files).map(({ file }) => file));
  for (const { path, day, lines } of files) {
    if (!(day < limit) || damaged.has(path)) return;
    if (lines.some((line) => 'created' in line && open.has(line.created.id))) return;
    await rm(path, { force: true });
  }
}

function dayFile(prefix: string): string {
  return `${prefix}.${new Date().toISOString().slice(0, 10)}.jsonl`;
}

function readLines(text: string, file: string): Pick<LedgerFile, 'lines' | 'damage'> {
  const lines: Line[] = [];
  const damage: LedgerFile['damage'][number][] = [];
  text.split('\n').forEach((raw, index) => {
    if (raw === '') return;
    const line = parseLine(raw, file);
    if (line !== undefined) {
      lines.push(line);
      return;
    }
    // A settlement that was cut leaves its entry outstanding, which is safe.
    if (/^\{"v":1,"(?:settled|answered)":/.test(raw)) return;
    const cut = cutEntry(raw);
    if (cut !== undefined) lines.push(cut);
    damage.push({ file, line: index + 1, text: printable(raw), entry: cut?.created.id });
  });
  return { lines, damage };
}

/** Undefined for what is no JSON. @throws GreenlightError LEDGER_UNREADABLE for a whole line of another shape */
function parseLine(text: string, file: string): Line | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = Line.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new GreenlightError('LEDGER_UNREADABLE', `${file} holds a line of another shape`, {
    cause: parsed.error,
  });
}

/** An entry that lost its end and still says all that is needed to remove what it stands for. */
function cutEntry(text: string): z.infer<typeof Created> | undefined {
  const cut = /^(\{"v":1,"created":\{.*"target":"(?:[^"\\]|\\.)*")(?:,.*)?$/.exec(text)?.[1];
  if (cut === undefined) return undefined;
  try {
    return Created.parse(JSON.parse(`${cut},"at":"${new Date(0).toISOString()}"}}`));
  } catch {
    return undefined; // More than its end is missing.
  }
}

function printable(text: string): string {
  const clean = text.replace(/[^\x20-\x7e]+/g, '?');
  return clean.length > 120 ? `${clean.slice(0, 120)}... (${text.length} characters)` : clean;
}

function unwritable(place: string, cause: unknown): GreenlightError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new GreenlightError('LEDGER_UNWRITABLE', `${place}: ${reason}`, { cause });
}
