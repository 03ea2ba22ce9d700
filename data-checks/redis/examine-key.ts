import { createHash } from 'node:crypto';
import { examineValue } from './examine-value.ts';
import type { Part } from './part.ts';
import { argument } from './key-filter.ts';
import { bytesOf, type Reader, Refusal, RefusedByServer } from './reader.ts';
import { clockOf, type ExpiryReader, GONE, momentOf, sameMoment } from './server-facts.ts';
import { isValueType } from './windows.ts';

/** The name of the part of a key that tells when it expires. */
export const EXPIRY = 'expiry';

/** Both sides, and how each tells when a key expires. */
export interface Sides {
  readonly readers: readonly [Reader, Reader];
  readonly expiry: readonly [ExpiryReader, ExpiryReader];
  readonly toleranceMs: number;
  /** Whether both servers pack the keys that they are asked for. */
  readonly packed: boolean;
}

/** One key of both sides, completely compared. */
export interface Examined {
  readonly answer: 'same' | 'missing' | 'extra' | 'changed' | 'not-comparable';
  /** What differs in a changed key; the first parts only. */
  readonly parts: readonly Part[];
  /** The same as long as both sides stay as they are. */
  readonly state: string;
  /** When the key expires on each side, in milliseconds; compared apart, because some servers tell it roughly only. */
  readonly expires: readonly [number, number];
  /** The type on the old side, or where it is. */
  readonly type: string;
}

/**
 * Compares one key whatever its size.
 * @throws Unavailable, RefusedByServer
 */
export async function examineKey(sides: Sides, key: Buffer): Promise<Examined> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await examine(sides, key);
    } catch (error) {
      // The key got another type between two questions.
      const moved = error instanceof RefusedByServer && /WRONGTYPE|no such key/i.test(error.message);
      if (!moved || attempt >= 3) throw error;
    }
  }
}

async function examine(sides: Sides, key: Buffer): Promise<Examined> {
  const name = argument(key);
  const [old, next] = await Promise.all([outside(sides, 0, name), outside(sides, 1, name)]);
  const expires = [old.expires, next.expires] as const;
  const type = old.type === 'none' ? next.type : old.type;
  const done = (answer: Examined['answer'], parts: readonly Part[] = []): Examined => ({
    answer,
    parts,
    state: createHash('sha256')
      .update(JSON.stringify([answer, old.type, next.type, states(parts)]))
      .digest('base64'),
    expires,
    type,
  });
  if (old.type === 'none' || next.type === 'none') {
    return done(old.type === next.type ? 'same' : old.type === 'none' ? 'extra' : 'missing');
  }
  if (old.type !== next.type)
    return done('changed', [{ name: 'type', old: old.type, new: next.type, state: '' }]);
  if (!isValueType(type)) return done('not-comparable');
  const parts = [...(await examineValue(sides.readers, type, name))];
  if (expires[0] !== GONE && expires[1] !== GONE && !sameMoment(...expires, sides.toleranceMs)) {
    const [before, after] = [momentText(expires[0]), momentText(expires[1])];
    parts.unshift({ name: EXPIRY, old: before, new: after, state: '' });
  }
  return done(parts.length > 0 ? 'changed' : 'same', parts);
}

/** Without expiry, of which some servers tell a little different moments each time. */
function states(parts: readonly Part[]): readonly (readonly [string, string])[] {
  return parts.filter(({ name }) => name !== EXPIRY).map(({ name, state }) => [name, state]);
}

async function outside(
  { readers, expiry }: Sides,
  which: 0 | 1,
  key: string | Buffer,
): Promise<{ readonly type: string; readonly expires: number }> {
  const { before, command } = expiry[which];
  const replies = await readers[which].ask([
    ['TYPE', key],
    [command, key],
    ...(before === undefined ? [] : [before]),
  ]);
  const [type, left, time] = replies;
  for (const reply of replies) if (reply instanceof Refusal) throw new RefusedByServer(reply.message);
  const clock = Array.isArray(time) ? clockOf(time) : undefined;
  return { type: bytesOf(type), expires: momentOf(left, clock) };
}

function momentText(moment: number): string | null {
  return moment < 0 ? null : new Date(moment).toISOString();
}
