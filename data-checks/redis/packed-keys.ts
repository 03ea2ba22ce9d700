import { type Argument, listOf, numberOf, type Reader, Refusal, type Reply } from './reader.ts';
import { FIRST_WINDOW, memoryUse, MOST_READ } from './windows.ts';

/** A key as its server packed it. */
export interface PackedKey {
  /** Type and value in bytes; equal bytes are equal values. Undefined: it was too large to be read here. */
  readonly bytes: Buffer | undefined;
  /** Not read: the keys before it filled the answer. The first key never is. */
  readonly left: boolean;
  /** Absolute, in milliseconds; -1: never; -2 (`GONE`): there is no such key. */
  readonly expires: number;
}

/**
 * Reads type, first window and expiry of many keys in one question: to put one question for each costs the client far
 * more than to compare the answers. `EVAL_RO` refuses to write. Windows and bytes are limited, so that neither server nor
 * client ever holds much more than `MOST_READ.step` for one question: what comes after that is left to other questions.
 * Nothing is hashed, so no two values can be mistaken for one. Numbers are written as texts: the server turns them into
 * texts anyway, slowly.
 */
const PACK = `local answer, read, call = {}, 0, redis.call
local scans = { hash = 'HSCAN', set = 'SSCAN', zset = 'ZSCAN' }
for at, key in ipairs(KEYS) do
  local kind, value, whole = call('TYPE', key).ok, nil, false
  local left = read >= ${MOST_READ.step}
  if left then
    whole = false
  elseif kind == 'string' then
    value = call('GETRANGE', key, '0', '${FIRST_WINDOW.bytes - 1}')
    whole, read = #value < ${FIRST_WINDOW.bytes}, read + #value
  elseif kind == 'list' or scans[kind] then
    local memory = call('MEMORY', 'USAGE', key, 'SAMPLES', '${MOST_READ.samples}') or 0
    if memory > ${MOST_READ.key} then
      whole = false
    elseif kind == 'list' then
      value = call('LRANGE', key, '0', '${FIRST_WINDOW.items - 1}')
      whole, read = #value < ${FIRST_WINDOW.items}, read + memory
    else
      local page = call(scans[kind], key, '0', 'COUNT', '${FIRST_WINDOW.items}')
      value, whole, read = page[2], page[1] == '0', read + memory
    end
  end
  answer[2 * at - 1] = left and 1 or whole and cmsgpack.pack({kind, value})
  answer[2 * at] = call('PEXPIRETIME', key)
end
return answer`;

/**
 * Whether the server packs for this user: 7.0 and later do, where rules for the user allow it.
 * @throws Unavailable
 */
export async function canPack(reader: Reader, probe: string): Promise<boolean> {
  // Without keys, the script asks for no memory, and would only be refused in each step.
  const replies = await reader.ask([['EVAL_RO', PACK, 0], memoryUse(probe)]);
  return replies.every((reply) => !(reply instanceof Refusal));
}

/**
 * The keys in their order, or undefined when the server refused: then one question for each tells why.
 * @throws Unavailable, RefusedByServer
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
    left: flat[2 * at] === 1,
    expires: numberOf(flat[2 * at + 1]),
  }));
}

function bufferOf(reply: Reply | undefined): Buffer | undefined {
  return Buffer.isBuffer(reply) ? reply : undefined;
}
