import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Opens the ledger of a target under `<stateDirectory>/ledger/`. @throws GreenlightError LEDGER_UNWRITABLE */
export async function openLedger(stateDirectory: string, target: string): Promise<Ledger> {
  const directory = join(stateDirectory, 'ledger');
  await mkdir(directory, { recursive: true }).catch((cause: unknown) => {
    throw unwritable(directory, cause);
  });
  const prefix = fileNameOf(target);
  const append = (line: z.infer<typeof Line>): Promise<void> => appendDurably(directory, prefix, line);
  return {
    record: async (entry) => {
      const id = randomUUID();
      const { run, check, kind, identity } = entry;
      const at = new Date().toISOString();
      await append({ v: 1, created: { id, run, check, kind, identity, target, at } });
      return id;
    },
    settle: (id, how) => append({ v: 1, settled: { id, how, at: new Date().toISOString() } }),
    outstanding: async () => {
      const open = new Map<string, LedgerEntry>();
      const settled = new Set<string>();
      for (const line of await readLines(directory, prefix)) {
        if ('created' in line) open.set(line.created.id, line.created);
        else settled.add(line.settled.id);
      }
      return [...open.values()].filter((entry) => !settled.has(entry.id));
    },
  };
}

async function appendDurably(directory: string, prefix: string, line: z.infer<typeof Line>): Promise<void> {
  const file = join(directory, `${prefix}.jsonl`);
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
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

async function readLines(directory: string, prefix: string): Promise<readonly z.infer<typeof Line>[]> {
  const names = (await readdir(directory)).filter((name) => name === `${prefix}.jsonl`).sort();
  const lines: z.infer<typeof Line>[] = [];
  for (const name of names) {
    const file = join(directory, name);
    for (const text of (await readFile(file, 'utf8')).split('\n')) {
      const line = parseLine(text, file);
      if (line) lines.push(line);
    }
  }
  return lines;
}

/** A half-written line is nothing: its writer never got to create anything. A whole line of another shape is an error. */
function parseLine(text: string, file: string): z.infer<typeof Line> | undefined {
  if (text === '') return undefined;
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

function unwritable(place: string, cause: unknown): GreenlightError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new GreenlightError('LEDGER_UNWRITABLE', `${place}: ${reason}`, { cause });
}
