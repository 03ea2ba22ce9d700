import { createHash } from 'node:crypto';
import { readable } from './key-filter.ts';
import { type Argument, bytesOf, type Command, listOf, numberOf, type Reader, type Reply } from './reader.ts';
import { examineStream } from './examine-stream.ts';
import type { Part } from './part.ts';
import { type Pace, paceOf } from './pace.ts';
import { sameReply, score, type ValueType } from './windows.ts';

/** Parts of one key that are named. */
const MOST_PARTS = 10;
const STRING_WINDOW = 256 * 1024;
const WINDOW = 500;
const MOST_SHOWN = 200;

/**
 * The parts of two values of one type that differ, the first ones; empty: the values are equal. Read in windows,
 * however big they are.
 * @throws Unavailable, RefusedByServer
 */
export async function examineValue(
  sides: readonly [Reader, Reader],
  type: ValueType,
  key: Argument,
): Promise<readonly Part[]> {
  switch (type) {
    case 'string':
      return examineString(sides, key);
    case 'list':
      return examineList(sides, key);
    case 'stream':
      return examineStream(sides, key, MOST_PARTS);
    case 'hash':
      return examineEntries(sides, key, {
        scan: 'HSCAN',
        size: 'HLEN',
        step: 2,
        ask: askHash,
        shown: valueShown,
      });
    case 'set':
      return examineEntries(sides, key, {
        scan: 'SSCAN',
        size: 'SCARD',
        step: 1,
        ask: askSet,
        shown: memberShown,
      });
    case 'zset':
      return examineEntries(sides, key, {
        scan: 'ZSCAN',
        size: 'ZCARD',
        step: 2,
        ask: askZset,
        shown: memberShown,
      });
  }
}

/** The same command on both sides at once. */
async function both(sides: readonly [Reader, Reader], ...command: Command) {
  return Promise.all([sides[0].one(...command), sides[1].one(...command)]);
}

/** A difference does not end the reading: what comes after it may tell that the value still changes. */
async function examineString(sides: readonly [Reader, Reader], key: Argument): Promise<readonly Part[]> {
  const [oldSize, newSize] = (await both(sides, 'STRLEN', key)).map(numberOf) as [number, number];
  const sizes = { old: `${oldSize} bytes`, new: `${newSize} bytes` };
  const hash = createHash('sha256');
  let first: Pick<Part, 'old' | 'new'> | undefined;
  for (let from = 0; from === 0 || from < Math.max(oldSize, newSize); from += STRING_WINDOW) {
    const [a, b] = await both(sides, 'GETRANGE', key, from, from + STRING_WINDOW - 1);
    hash.update(stateOf(a, b));
    if (first !== undefined || sameReply(a, b)) continue;
    first = from < Math.min(oldSize, newSize) ? { old: shown(a), new: shown(b) } : sizes;
  }
  if (oldSize !== newSize) first ??= sizes;
  return first === undefined ? [] : [{ name: 'value', ...first, state: hash.digest('base64') }];
}

async function examineList(sides: readonly [Reader, Reader], key: Argument): Promise<readonly Part[]> {
  const parts: Part[] = [];
  const pace = paceOf(WINDOW);
  for (let from = 0; parts.length < MOST_PARTS;) {
    const window = pace.items;
    const [a, b] = (await both(sides, 'LRANGE', key, from, from + window - 1)).map(listOf);
    if (a === undefined || b === undefined) break;
    for (let at = 0; at < Math.max(a.length, b.length) && parts.length < MOST_PARTS; at += 1) {
      const [old = null, next = null] = [a[at], b[at]];
      if (sameReply(old, next)) continue;
      parts.push({ name: `[${from + at}]`, old: shown(old), new: shown(next), state: stateOf(old, next) });
    }
    if (a.length < window && b.length < window) break;
    pace.came(Math.max(a.length, b.length), a, b);
    from += window;
  }
  return parts;
}

/** Of what both sides answered, all of it. */
export function stateOf(...replies: readonly Reply[]): string {
  const hash = createHash('sha256');
  const add = (reply: Reply): void => {
    if (Array.isArray(reply)) {
      hash.update(`list ${reply.length}\n`);
      (reply as readonly Reply[]).forEach(add);
    } else if (Buffer.isBuffer(reply)) hash.update(`bytes ${reply.length}\n`).update(reply);
    else hash.update(`${typeof reply} ${JSON.stringify(reply)}\n`);
  };
  replies.forEach(add);
  return hash.digest('base64');
}

interface Entries {
  readonly scan: 'HSCAN' | 'SSCAN' | 'ZSCAN';
  readonly size: 'HLEN' | 'SCARD' | 'ZCARD';
  readonly step: 1 | 2;
  /** What the other side has under these names, in their order; null where it has nothing. */
  readonly ask: (reader: Reader, key: Argument, names: readonly Buffer[]) => Promise<readonly Reply[]>;
  readonly shown: (name: Buffer, value: Reply) => string;
}

/** Whatever has no order is asked for by name on the other side: in both directions, unless the sizes say it all. */
async function examineEntries(
  [old, next]: readonly [Reader, Reader],
  key: Argument,
  how: Entries,
): Promise<readonly Part[]> {
  const parts = new Map<string, Part>();
  const [ahead, back] = [paceOf(WINDOW), paceOf(WINDOW)];
  for await (const window of scan(old, key, how, ahead)) {
    const others = await how.ask(
      next,
      key,
      window.map(([name]) => name),
    );
    ahead.came(window.length, window.flat(), others);
    window.forEach(([name, value], at) => {
      const other = others[at] ?? null;
      if (sameEntry(how, value, other)) return;
      const texts = { old: how.shown(name, value), new: other === null ? null : how.shown(name, other) };
      add(parts, how, name, { ...texts, state: stateOf(name, value, other) });
    });
    if (parts.size >= MOST_PARTS) break;
  }
  const [oldSize, newSize] = (await both([old, next], how.size, key)).map(numberOf);
  if (parts.size > 0 || oldSize !== newSize) {
    for await (const window of scan(next, key, how, back)) {
      if (parts.size >= MOST_PARTS) break;
      const others = await how.ask(
        old,
        key,
        window.map(([name]) => name),
      );
      back.came(window.length, window.flat(), others);
      window.forEach(([name, value], at) => {
        if ((others[at] ?? null) !== null) return;
        add(parts, how, name, { old: null, new: how.shown(name, value), state: stateOf(name, null, value) });
      });
    }
  }
  if (parts.size === 0 && oldSize !== newSize) {
    const texts = { old: `${oldSize ?? 0} entries`, new: `${newSize ?? 0} entries` };
    return [{ name: 'value', ...texts, state: JSON.stringify(texts) }];
  }
  return [...parts.values()].slice(0, MOST_PARTS);
}

function add(parts: Map<string, Part>, how: Entries, name: Buffer, rest: Omit<Part, 'name'>): void {
  // Members of a set are values: only a hash has names that say nothing else.
  const called = how.scan === 'HSCAN' ? `field ${readable(name)}` : 'member';
  parts.set(name.toString('latin1'), { name: called, ...rest });
}

function sameEntry({ scan }: Entries, old: Reply, next: Reply): boolean {
  if (next === null) return false;
  return scan === 'ZSCAN' ? score(bytesOf(old)) === score(bytesOf(next)) : sameReply(old, next);
}

async function* scan(
  reader: Reader,
  key: Argument,
  how: Entries,
  pace: Pace,
): AsyncGenerator<readonly [Buffer, Reply][]> {
  let cursor = '0';
  do {
    const [next, found] = listOf(await reader.one(how.scan, key, cursor, 'COUNT', pace.items));
    cursor = bytesOf(next);
    const items = listOf(found);
    const window: [Buffer, Reply][] = [];
    for (let at = 0; at < items.length; at += how.step) {
      const name = items[at];
      if (Buffer.isBuffer(name)) window.push([name, how.step === 1 ? 1 : (items[at + 1] ?? null)]);
    }
    // A small collection comes as a whole, whatever its COUNT.
    for (let at = 0; at < window.length;) {
      const most = pace.items;
      yield window.slice(at, at + most);
      at += most;
    }
  } while (cursor !== '0');
}

async function askHash(reader: Reader, key: Argument, names: readonly Buffer[]): Promise<readonly Reply[]> {
  return listOf(await reader.one('HMGET', key, ...names));
}

async function askSet(reader: Reader, key: Argument, names: readonly Buffer[]): Promise<readonly Reply[]> {
  const found = await reader.ask(names.map((name) => ['SISMEMBER', key, name]));
  return found.map((reply) => (numberOf(reply) === 1 ? 1 : null));
}

async function askZset(reader: Reader, key: Argument, names: readonly Buffer[]): Promise<readonly Reply[]> {
  const found = await reader.ask(names.map((name) => ['ZSCORE', key, name]));
  return found.map((reply) => (reply === null ? null : Buffer.from(bytesOf(reply), 'latin1')));
}

function valueShown(_name: Buffer, value: Reply): string {
  return shown(value) ?? '';
}

function memberShown(name: Buffer, value: Reply): string {
  return Buffer.isBuffer(value) ? `${readable(name)} (${readable(value)})` : readable(name);
}

function shown(value: Reply): string | null {
  if (value === null) return null;
  const text = Buffer.isBuffer(value) ? readable(value) : bytesOf(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
