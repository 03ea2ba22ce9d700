import { type Argument, bytesOf, type Command, listOf, type Reply } from './reader.ts';

/** Types whose values can be compared; a module's own type can't. */
export const VALUE_TYPES = ['string', 'hash', 'set', 'zset', 'list', 'stream'] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

export function isValueType(type: string): type is ValueType {
  return (VALUE_TYPES as readonly string[]).includes(type);
}

/** How much of a value is read at first: bytes of a string, items of all else. */
export const FIRST_WINDOW = { bytes: 4096, items: 128 } as const;

/**
 * Items can be of any size, so they alone bound nothing. Bytes of memory of a collection that is read at once, and of all
 * that is read for one question; `samples`: items that a server looks at to tell, all of a collection that fits a window.
 */
export const MOST_READ = { key: 256 * 1024, step: 1024 * 1024, samples: 512 } as const;
const { bytes: STRING_BYTES, items: ITEMS } = FIRST_WINDOW;

/** The question for the first window of a value: most values fit in it. Undefined: it takes more than one. */
export function firstWindow(type: ValueType, key: Argument): Command | undefined {
  switch (type) {
    case 'string':
      return ['GETRANGE', key, 0, STRING_BYTES - 1];
    case 'hash':
      return ['HSCAN', key, 0, 'COUNT', ITEMS];
    case 'set':
      return ['SSCAN', key, 0, 'COUNT', ITEMS];
    case 'zset':
      return ['ZSCAN', key, 0, 'COUNT', ITEMS];
    case 'list':
      return ['LRANGE', key, 0, ITEMS - 1];
    case 'stream':
      return undefined;
  }
}

/** The question for how much memory a key takes. */
export function memoryUse(key: Argument): Command {
  return ['MEMORY', 'USAGE', key, 'SAMPLES', MOST_READ.samples];
}

/**
 * Compares two first windows. `beyond`: at least one value goes on after its window. Fields, members and elements are
 * compared by what they are, never by the order in which a server happens to keep those that have none.
 * @throws RefusedByServer
 */
export function sameWindow(type: ValueType, old: Reply, next: Reply): 'same' | 'different' | 'beyond' {
  switch (type) {
    case 'string': {
      const [a, b] = [bytes(old), bytes(next)];
      if (a.length >= STRING_BYTES && b.length >= STRING_BYTES) return 'beyond';
      return a.equals(b) ? 'same' : 'different';
    }
    case 'list': {
      const [a, b] = [listOf(old), listOf(next)];
      if (a.length >= ITEMS && b.length >= ITEMS) return 'beyond';
      return sameList(a, b) ? 'same' : 'different';
    }
    case 'hash':
    case 'set':
    case 'zset': {
      const [[cursorA, a], [cursorB, b]] = [listOf(old), listOf(next)];
      if (bytesOf(cursorA) !== '0' || bytesOf(cursorB) !== '0') return 'beyond';
      const [before, after] = [listOf(a), listOf(b)];
      if (sameList(before, after)) return 'same';
      return sameEntries(entries(type, before), entries(type, after)) ? 'same' : 'different';
    }
    case 'stream':
      return 'beyond';
  }
}

function bytes(reply: Reply): Buffer {
  return Buffer.isBuffer(reply) ? reply : Buffer.from(bytesOf(reply), 'latin1');
}

function sameList(old: readonly Reply[], next: readonly Reply[]): boolean {
  return old.length === next.length && old.every((one, index) => sameReply(one, next[index]));
}

/** Whether two answers are the same in every byte, lists in lists included. */
export function sameReply(old: Reply, next: Reply | undefined): boolean {
  if (Buffer.isBuffer(old)) return Buffer.isBuffer(next) && old.equals(next);
  if (Array.isArray(old))
    return Array.isArray(next) && sameList(old as readonly Reply[], next as readonly Reply[]);
  return old === next;
}

/** By name, once each: a scan may give an entry twice. */
function entries(type: 'hash' | 'set' | 'zset', items: readonly Reply[]): Map<string, string | number> {
  const found = new Map<string, string | number>();
  const step = type === 'set' ? 1 : 2;
  for (let at = 0; at < items.length; at += step) {
    const value = type === 'set' ? '' : bytesOf(items[at + 1]);
    found.set(bytesOf(items[at]), type === 'zset' ? score(value) : value);
  }
  return found;
}

function sameEntries(old: Map<string, string | number>, next: Map<string, string | number>): boolean {
  return old.size === next.size && [...old].every(([name, value]) => next.get(name) === value);
}

/** Servers write the same score with more or with fewer digits; the number is what counts. */
export function score(text: string): number {
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  return Number(text);
}
