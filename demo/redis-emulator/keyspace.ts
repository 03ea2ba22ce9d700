import { RedisError, type Reply } from './wire.ts';

type Value = string | Map<string, string>;

interface Entry {
  readonly value: Value;
  /** Milliseconds since 1970. */
  readonly endsAt?: number | undefined;
}

type Run = (args: readonly string[]) => Reply;

const OK = { status: 'OK' };
const WRONG_TYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';

/**
 * Keys with what the demo's shops do to them, and no more: a command that is not here is refused by name, never ignored.
 * @param now milliseconds since 1970
 */
export function createKeyspace(now: () => number = Date.now): (words: readonly string[]) => Reply {
  const entries = new Map<string, Entry>();
  const find = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    if (entry?.endsAt === undefined || entry.endsAt > now()) return entry;
    entries.delete(key);
    return undefined;
  };
  const text = (key: string): string | undefined => {
    const value = find(key)?.value;
    if (value instanceof Map) throw new RedisError(WRONG_TYPE);
    return value;
  };
  const hash = (key: string): Map<string, string> | undefined => {
    const value = find(key)?.value;
    if (typeof value === 'string') throw new RedisError(WRONG_TYPE);
    return value;
  };
  const commands: Readonly<Record<string, Run>> = {
    PING: () => ({ status: 'PONG' }),
    // It has one database, and nothing to tell about its memory.
    INFO: () => '# Server\r\nredis_version:7.0.0-emulated\r\nloading:0\r\n',
    CLIENT: () => OK,
    GET: ([key = '']) => text(key) ?? null,
    SET: ([key = '', value = '', ...options]) => {
      entries.set(key, { value, endsAt: lifetime(options, now) });
      return OK;
    },
    INCR: ([key = '']) => {
      const next = wholeNumber(text(key) ?? '0') + 1;
      entries.set(key, { value: String(next), endsAt: find(key)?.endsAt });
      return next;
    },
    DEL: (keys) => keys.filter((key) => find(key) !== undefined && entries.delete(key)).length,
    EXPIRE: ([key = '', seconds = '']) => {
      const endsAt = now() + wholeNumber(seconds) * 1000;
      const entry = find(key);
      if (entry === undefined) return 0;
      entries.set(key, { ...entry, endsAt });
      return 1;
    },
    TTL: ([key = '']) => {
      const entry = find(key);
      if (entry === undefined) return -2;
      return entry.endsAt === undefined ? -1 : Math.round((entry.endsAt - now()) / 1000);
    },
    HSET: ([key = '', ...pairs]) => {
      if (pairs.length === 0 || pairs.length % 2 !== 0) throw wrongCount('hset');
      const fields = hash(key) ?? new Map<string, string>();
      const before = fields.size;
      for (let at = 0; at < pairs.length; at += 2) fields.set(pairs[at] ?? '', pairs[at + 1] ?? '');
      entries.set(key, { ...find(key), value: fields });
      return fields.size - before;
    },
    HGETALL: ([key = '']) => [...(hash(key) ?? [])].flat(),
  };
  return ([name = '', ...args]) => {
    const run = Object.hasOwn(commands, name.toUpperCase()) ? commands[name.toUpperCase()] : undefined;
    if (run === undefined) return new RedisError(`ERR unknown command '${printable(name)}' (emulated Redis)`);
    try {
      return run(args);
    } catch (error) {
      if (error instanceof RedisError) return error;
      throw error;
    }
  };
}

/** The end of a key after the options of SET, of which the shops use one. */
function lifetime(options: readonly string[], now: () => number): number | undefined {
  const [name, seconds = '', ...others] = options;
  if (name === undefined) return undefined;
  if (name.toUpperCase() === 'EX' && others.length === 0) return now() + wholeNumber(seconds) * 1000;
  throw new RedisError('ERR syntax error');
}

function wholeNumber(text: string): number {
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  throw new RedisError('ERR value is not an integer or out of range');
}

function wrongCount(command: string): RedisError {
  return new RedisError(`ERR wrong number of arguments for '${command}' command`);
}

/** A line end would begin another reply. */
function printable(text: string): string {
  return text.replaceAll(/[^ -~]/g, '?').slice(0, 40);
}
