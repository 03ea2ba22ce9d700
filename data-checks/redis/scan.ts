import { argument } from './key-filter.ts';
import {
  bytesOf,
  type Command,
  listOf,
  numberOf,
  type Reader,
  type Reply,
  Refusal,
  RefusedByServer,
} from './reader.ts';
import { type Sides, examineKey } from './examine-key.ts';
import { packedKeys } from './packed-keys.ts';
import { clockOf, type ExpiryReader, GONE, momentOf, sameMoment } from './server-facts.ts';
import {
  FIRST_WINDOW,
  firstWindow,
  isValueType,
  memoryUse,
  MOST_READ,
  sameWindow,
  type ValueType,
} from './windows.ts';

/** Keys that one step of a scan asks for; a server is busy with them for some two milliseconds. */
const KEYS_PER_STEP = 500;
/** Collections that are asked for at once where the server does not tell their size. */
const UNKNOWN_AT_ONCE = 8;
/** Steps that are compared while the next ones are scanned. */
const STEPS_AT_ONCE = 3;

/** What one pass says about keys that may differ. Both may be told the same key twice. */
export interface Pass {
  /** Called with as many keys as were found at once. */
  readonly seen: (keys: number) => void;
  readonly suspect: (key: Buffer, kind: 'missing' | 'extra' | 'changed') => void;
}

export interface ScanOptions {
  readonly wanted: (key: Buffer) => boolean;
  readonly pattern: string | undefined;
}

/** Reads every key of old and its twin on new. @throws Unavailable, RefusedByServer */
export async function comparePass(sides: Sides, options: ScanOptions, pass: Pass): Promise<void> {
  await inSteps(sides.readers[0], options, (keys) => compareStep(sides, keys, pass));
}

/** Looks for keys of new that old has not. @throws Unavailable, RefusedByServer */
export async function reversePass({ readers }: Sides, options: ScanOptions, pass: Pass): Promise<void> {
  const [old, next] = readers;
  await inSteps(next, options, async (keys) => {
    pass.seen(keys.length);
    const names = keys.map(argument);
    if (numberOf(await old.one('EXISTS', ...names)) === keys.length) return;
    const replies = await old.ask(names.map((name) => ['EXISTS', name]));
    replies.forEach((reply, at) => {
      const key = keys[at];
      if (key !== undefined && numberOf(reply) === 0) pass.suspect(key, 'extra');
    });
  });
}

async function inSteps(
  reader: Reader,
  { wanted, pattern }: ScanOptions,
  work: (keys: readonly Buffer[]) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let cursor = '0';
  try {
    do {
      const match = pattern === undefined ? [] : ['MATCH', pattern];
      const [next, found] = listOf(await reader.one('SCAN', cursor, ...match, 'COUNT', KEYS_PER_STEP));
      cursor = bytesOf(next);
      const keys = once(listOf(found)).filter(wanted);
      if (keys.length === 0) continue;
      while (running.size >= STEPS_AT_ONCE) await Promise.race(running);
      const step = work(keys).finally(() => running.delete(step));
      running.add(step);
      // Whoever waits for it next hears of its failure; until then, nobody must call it unhandled.
      step.catch(() => undefined);
    } while (cursor !== '0');
  } finally {
    await Promise.allSettled(running);
  }
  await Promise.all(running);
}

/** A scan may give a key twice, most often in one step. */
function once(found: readonly Reply[]): Buffer[] {
  const keys = new Map<string, Buffer>();
  for (const key of found) if (Buffer.isBuffer(key)) keys.set(key.toString('latin1'), key);
  return [...keys.values()];
}

interface Known {
  readonly key: Buffer;
  readonly name: string | Buffer;
  readonly type: ValueType;
  readonly window: Command;
}

async function compareStep(sides: Sides, keys: readonly Buffer[], pass: Pass): Promise<void> {
  if (!sides.packed) return compareOneByOne(sides, keys, pass);
  const names = keys.map(argument);
  const [old, next] = await Promise.all(sides.readers.map((reader) => packedKeys(reader, names)));
  if (old === undefined || next === undefined) return compareOneByOne(sides, keys, pass);
  const unlike: Buffer[] = [];
  const left: Buffer[] = [];
  let there = 0;
  keys.forEach((key, at) => {
    const [a, b] = [old[at], next[at]];
    if (a === undefined || b === undefined) throw new RefusedByServer('the server left a key out');
    if (a.left || b.left) {
      left.push(key);
      return;
    }
    // It expired, or was deleted, since the scan saw it.
    if (a.expires === GONE) return;
    there += 1;
    if (b.expires === GONE) pass.suspect(key, 'missing');
    else if (!sameMoment(a.expires, b.expires, sides.toleranceMs)) pass.suspect(key, 'changed');
    else if (a.bytes === undefined || b.bytes === undefined || !a.bytes.equals(b.bytes)) unlike.push(key);
  });
  pass.seen(there);
  // Larger than the window, or kept in another order: neither is a difference.
  if (unlike.length > 0) await compareOneByOne(sides, unlike, { ...pass, seen: () => undefined });
  if (left.length > 0) await compareStep(sides, left, pass);
}

async function compareOneByOne(sides: Sides, keys: readonly Buffer[], pass: Pass): Promise<void> {
  const names = keys.map(argument);
  const types = await sides.readers[0].ask(names.map((name) => ['TYPE', name]));
  const known: Known[] = [];
  const big: Buffer[] = [];
  let there = 0;
  keys.forEach((key, at) => {
    const type = bytesOf(types[at]);
    // It expired, or was deleted, since the scan saw it.
    if (type === 'none') return;
    there += 1;
    const name = names[at] ?? key;
    const window = isValueType(type) ? firstWindow(type, name) : undefined;
    if (window === undefined || !isValueType(type)) big.push(key);
    else known.push({ key, name, type, window });
  });
  pass.seen(there);
  for (const portion of await portions(sides, known, big)) {
    const [old, next] = await Promise.all([windows(sides, 0, portion), windows(sides, 1, portion)]);
    portion.forEach(({ key, type }, at) => {
      const [a, b] = [old[at], next[at]];
      if (a === undefined || b === undefined) throw new RefusedByServer('the server left a question out');
      if (b.expires === GONE) pass.suspect(key, 'missing');
      else if (a.value instanceof Refusal || b.value instanceof Refusal)
        changedType(pass, key, a.value, b.value);
      else if (!sameMoment(a.expires, b.expires, sides.toleranceMs)) pass.suspect(key, 'changed');
      else {
        const answer = sameWindow(type, a.value, b.value);
        if (answer === 'different') pass.suspect(key, 'changed');
        if (answer === 'beyond') big.push(key);
      }
    });
  }
  for (const key of big) {
    const { answer } = await examineKey(sides, key);
    if (answer !== 'same') pass.suspect(key, answer === 'not-comparable' ? 'changed' : answer);
  }
}

/** Keys whose windows may be asked for at once; those that are too large for that join `big`. */
async function portions(sides: Sides, known: readonly Known[], big: Buffer[]): Promise<readonly Known[][]> {
  const collections = known.filter(({ type }) => type !== 'string');
  const questions = collections.map(({ name }) => memoryUse(name));
  const [old, next] =
    questions.length === 0
      ? [[], []]
      : await Promise.all(sides.readers.map((reader) => reader.ask(questions)));
  const uses = new Map(
    collections.map((one, at) => [one, Math.max(memoryOf(old?.[at]), memoryOf(next?.[at]))] as const),
  );
  const found: Known[][] = [];
  let bytes = Infinity;
  for (const one of known) {
    const use = uses.get(one) ?? FIRST_WINDOW.bytes;
    if (use > MOST_READ.key) {
      big.push(one.key);
      continue;
    }
    bytes += use;
    if (bytes <= MOST_READ.step) found.at(-1)?.push(one);
    else {
      found.push([one]);
      bytes = use;
    }
  }
  return found;
}

function memoryOf(reply: Reply | undefined): number {
  if (reply instanceof Refusal) return MOST_READ.step / UNKNOWN_AT_ONCE;
  return reply === null ? 0 : numberOf(reply);
}

/** Another type than a moment ago, or than on the other side, is a difference; any other refusal is none. */
function changedType(pass: Pass, key: Buffer, ...values: readonly Reply[]): void {
  for (const value of values) {
    if (value instanceof Refusal && !value.message.startsWith('WRONGTYPE')) {
      throw new RefusedByServer(value.message);
    }
  }
  pass.suspect(key, 'changed');
}

interface Read {
  readonly value: Reply;
  readonly expires: number;
}

/** First the value, then its expiry: a value that was read although the key was gone is then known for what it is. */
async function windows(
  { readers, expiry }: Sides,
  which: 0 | 1,
  known: readonly Known[],
): Promise<readonly Read[]> {
  if (known.length === 0) return [];
  const { before, command }: ExpiryReader = expiry[which];
  const commands: Command[] = before === undefined ? [] : [before];
  for (const { name, window } of known) commands.push(window, [command, name]);
  const replies = await readers[which].ask(commands);
  const first = before === undefined ? 0 : 1;
  const clock = before === undefined ? undefined : clockOf(listOf(replies[0]));
  return known.map((_, at) => ({
    value: replies[first + 2 * at] ?? null,
    expires: momentOf(replies[first + 2 * at + 1], clock),
  }));
}
