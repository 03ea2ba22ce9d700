import { type Argument, listOf, numberOf, type Reader, Refusal, type Reply } from './reader.ts';
import { FIRST_WINDOW } from './windows.ts';

/** A key as its server packed it. */
export interface PackedKey {
  /** Type and value in bytes; equal bytes are equal values. Undefined: the value is larger than its first window. */
  readonly bytes: Buffer | undefined;
  /** Absolute, in milliseconds; -1: never; -2 (`GONE`): there is no such key. */
  readonly expires: number;
}

/**
 * Reads type, first window and expiry of many keys in one question: to put one question for each costs the client far
 * more than to compare the answers. `EVAL_RO` refuses to write, and the windows keep it from blocking for longer than
 * the questions would. Nothing is hashed, so no two values can be mistaken for one.
 */
const PACK = `local answer = {}
for at, key in ipairs(KEYS) do
  local kind, value, whole = redis.call('TYPE', key).ok, nil, false
  if kind == 'string' then
    value = redis.call('GETRANGE', key, 0, ${FIRST_WINDOW.bytes - 1})
    whole = #value < ${FIRST_WINDOW.bytes}
  elseif kind == 'list' then
    value = redis.call('LRANGE', key, 0, ${FIRST_WINDOW.items - 1})
    whole = #value < ${FIRST_WINDOW.items}
  elseif kind == 'hash' or kind == 'set' or kind == 'zset' then
    local scan = kind == 'hash' and 'HSCAN' or kind == 'set' and 'SSCAN' or 'ZSCAN'
    local page = redis.call(scan, key, 0, 'COUNT', ${FIRST_WINDOW.items})
    value, whole = page[2], page[1] == '0'
  end
  answer[2 * at - 1] = whole and cmsgpack.pack({kind, value})
  answer[2 * at] = redis.call('PEXPIRETIME', key)
end
return answer`;

/**
 * Whether the server packs for this user: 7.0 and later do, where rules for the user allow it.
 * @throws RedisUnavailable
 */
export async function canPack(reader: Reader): Promise<boolean> {
  const [reply] = await reader.ask([['EVAL_RO', PACK, 0]]);
  return !(reply instanceof Refusal);
}

/**
 * The keys in their order, or undefined when the server refused: then one question for each tells why.
 * @throws RedisUnavailable, RefusedByServer
 */
export async function packedKeys(
  reader: Reader,
  names: readonly Argument[],
): Promise<readonly PackedKey[] | undefined> {
  const [reply] = await reader.ask([['EVAL_RO', PACK, names.length, ...names]]);
  if (reply instanceof Refusal) return undefined;
  const flat = listOf(reply);
  return names.map((_, at) => ({
    bytes: bufferOf(flat[2 * at]),
    expires: numberOf(flat[2 * at + 1]),
  }));
}

function bufferOf(reply: Reply | undefined): Buffer | undefined {
  return Buffer.isBuffer(reply) ? reply : undefined;
}
