import { Unavailable } from '../../contract/cannot-tell.ts';
import { GreenlightError } from '../../contract/errors.ts';
import { type RedisAddress, redisAddress } from '../../contract/plan/redis-address.ts';
import { comparePass, reversePass } from './scan.ts';
import type { Sides } from './examine-key.ts';
import { keyFilter, readable, scanPattern } from './key-filter.ts';
import type { KeyDifference, KeyspaceDiff, KeyspaceOptions } from './keyspace-diff.ts';
import { canPack } from './packed-keys.ts';
import {
  numberOf,
  openReader,
  type Reader,
  RefusedByServer,
  selectDatabase,
  type SideName,
} from './reader.ts';
import { type Room, roomOf } from './room.ts';
import { expiryReader, noSuchKey, serverFacts } from './server-facts.ts';
import { type BothFacts, evictions, refusal, replicaNotes, versionNotes } from './server-state.ts';
import { settle } from './settle.ts';

/** Differing keys that are read again; more than that, and they can't all be due to keys on their way. */
const MOST_SETTLED = 10_000;
const TOLERANCE_MS = 1000;
const ROUNDS = 3;

/**
 * Compares two Redis keyspaces in both directions, without writing to either. Whatever keeps them from being compared
 * completely is an answer, and never `equal`.
 * @throws Unavailable when a server can't be reached at the start; GreenlightError PART_MISSING without the client,
 * USAGE for an address that is wrong
 */
export async function diffKeyspaces(options: KeyspaceOptions): Promise<KeyspaceDiff> {
  const timeoutMs = options.timeoutMs ?? 60_000;
  const addresses = { old: addressOf('old', options.old), new: addressOf('new', options.new) };
  const old = await openReader({ side: 'old', address: addresses.old, timeoutMs });
  try {
    const next = await openReader({ side: 'new', address: addresses.new, timeoutMs });
    try {
      return await compare([old, next], options);
    } finally {
      next.close();
    }
  } finally {
    old.close();
  }
}

function addressOf(side: SideName, text: string): RedisAddress {
  const address = redisAddress(text);
  if ('database' in address) return address;
  const { value, problem, remedy } = address;
  throw new GreenlightError('ADDRESS_INVALID', `the address of ${side} ${problem} (found ${value})`, {
    hint: remedy,
  });
}

type Outcome = Omit<KeyspaceDiff, 'old' | 'new' | 'notCompared' | 'room' | 'seconds'>;

async function compare(readers: readonly [Reader, Reader], options: KeyspaceOptions): Promise<KeyspaceDiff> {
  const started = performance.now();
  const databases = [readers[0].database, readers[1].database] as const;
  let room: readonly Room[] = roomOf({}, options);
  let notes: readonly string[] = [];
  let outcome: Outcome;
  try {
    await Promise.all(readers.map(selectDatabase));
    const facts = await bothFacts(readers);
    notes = notesOf(facts, databases, options);
    const refused = refusal(facts, databases);
    outcome = refused === undefined ? await compareKeys(readers, options) : notChecked(refused);
    // At the end, because comparing costs a client and some memory, too, and a server may have changed meanwhile.
    const end = await bothFacts(readers);
    room = roomOf(end[1], options);
    const refusedNow = refusal(end, databases);
    const evicted = evictions(facts, end);
    if (outcome.answer !== 'not-checked' && refusedNow !== undefined) outcome = notChecked(refusedNow);
    if (outcome.answer === 'equal' && evicted !== undefined) outcome = unstable(outcome, evicted);
  } catch (error) {
    if (error instanceof Unavailable) {
      const reason = `The ${error.side} server went away: ${error.message}`;
      outcome = notChecked({ cause: 'connection-lost', reason });
    } else if (error instanceof RefusedByServer) {
      const reason = `A server refused to answer: ${error.message}`;
      outcome = notChecked({ cause: 'unreadable', reason });
    } else throw error;
  }
  return {
    old: `database ${databases[0]}`,
    new: `database ${databases[1]}`,
    ...outcome,
    notCompared: notes,
    room,
    seconds: (performance.now() - started) / 1000,
  };
}

async function bothFacts(readers: readonly [Reader, Reader]): Promise<BothFacts> {
  return Promise.all([serverFacts(readers[0]), serverFacts(readers[1])]);
}

/** What is left out, so that nobody takes it for compared. */
function notesOf(
  facts: BothFacts,
  databases: readonly [number, number],
  { prefixes = [], ignore = [], expiryToleranceMs = TOLERANCE_MS }: KeyspaceOptions,
): readonly string[] {
  const others = facts.flatMap((one, side) =>
    Object.entries(one).flatMap(([name, text]) => {
      const number = /^db(\d+)$/.exec(name)?.[1];
      const keys = /^keys=(\d+)/.exec(text)?.[1];
      if (number === undefined || keys === undefined || Number(number) === databases[side]) return [];
      return [`database ${number} of ${side === 0 ? 'old' : 'new'}: ${keys} keys`];
    }),
  );
  return [
    ...(prefixes.length === 0 ? [] : [`keys that do not begin with ${prefixes.join(', ')}`]),
    ...ignore.map((pattern) => `keys like ${pattern}`),
    `expiry: differences of up to ${expiryToleranceMs} ms`,
    ...versionNotes(facts),
    ...replicaNotes(facts),
    ...others,
  ];
}

async function compareKeys(readers: readonly [Reader, Reader], options: KeyspaceOptions): Promise<Outcome> {
  const filter = { prefixes: options.prefixes ?? [], ignore: options.ignore ?? [] };
  const scan = { wanted: keyFilter(filter), pattern: scanPattern(filter) };
  // A user may be confined to the keys that are asked for.
  const probe = noSuchKey(filter.prefixes);
  const sides: Sides = {
    readers,
    expiry: [await expiryReader(readers[0], probe), await expiryReader(readers[1], probe)],
    toleranceMs: options.expiryToleranceMs ?? TOLERANCE_MS,
    packed: (await canPack(readers[0], probe)) && (await canPack(readers[1], probe)),
  };
  const estimated = (await Promise.all(readers.map((reader) => reader.one('DBSIZE')))).map(numberOf);
  const tell = progress((estimated[0] ?? 0) + (estimated[1] ?? 0), options);
  const suspects = new Map<string, Buffer>();
  const unsettled = { missing: 0, extra: 0, changed: 0 };
  let [oldKeys, newKeys] = [0, 0];
  const suspect = (key: Buffer, kind: KeyDifference['kind']): void => {
    if (suspects.size < MOST_SETTLED) suspects.set(key.toString('latin1'), key);
    else if (!suspects.has(key.toString('latin1'))) unsettled[kind] += 1;
  };
  await comparePass(sides, scan, { suspect, seen: (keys) => tell((oldKeys += keys) + newKeys) });
  await reversePass(sides, scan, { suspect, seen: (keys) => tell(oldKeys + (newKeys += keys)) });
  const settled = await settle(
    sides,
    [...suspects.values()].map((key) => ({ key })),
    { rounds: options.rounds ?? ROUNDS, firstPauseMs: options.firstPauseMs ?? 200 },
  );
  const counts = { ...unsettled };
  for (const { examined } of settled.different) {
    if (examined.answer === 'missing' || examined.answer === 'extra' || examined.answer === 'changed') {
      counts[examined.answer] += 1;
    }
  }
  const unread = unsettled.missing + unsettled.extra + unsettled.changed;
  const facts = { oldKeys, newKeys, ...counts, differences: [] };
  if (settled.different.length > 0) {
    const more = [
      ...(unread > 0 ? [`${suspects.size} of them were read again`] : []),
      ...(settled.moving > 0 ? [`${settled.moving} more still change`] : []),
      ...notComparableText(settled.notComparable),
    ].map((text) => `; ${text}`);
    return {
      ...facts,
      answer: 'different',
      cause: 'keys-differ',
      reason: `${counts.missing} keys are missing, ${counts.extra} are extra, ${counts.changed} are changed${more.join('')}`,
      differences: settled.different.slice(0, options.mostShown ?? 20).map((one) => shown(one, options)),
    };
  }
  const unknown = { ...facts, missing: null, extra: null, changed: null };
  const [notComparable] = notComparableText(settled.notComparable);
  if (notComparable !== undefined)
    return { ...unknown, answer: 'not-checked', cause: 'not-comparable', reason: notComparable };
  if (settled.moving > 0 || unread > 0) {
    const reason =
      settled.moving > 0
        ? `${settled.moving} keys differ and still change after ${options.rounds ?? ROUNDS} re-reads`
        : `${suspects.size + unread} keys differed, and those that were read again do not any more`;
    return { ...unknown, answer: 'unstable', cause: 'unstable', reason };
  }
  if (oldKeys === 0 && options.emptyBecause === undefined) {
    const reason = newKeys === 0 ? 'There are no keys on either side' : 'There are no keys on the old side';
    return {
      ...unknown,
      answer: 'not-checked',
      cause: 'nothing-compared',
      reason: `${reason}, so nothing was compared`,
    };
  }
  const first =
    suspects.size === 0 ? '' : `; ${suspects.size} of them differed at first and were equal when read again`;
  const reason =
    oldKeys === 0
      ? `No keys, as expected: ${options.emptyBecause ?? ''}`
      : `${oldKeys} keys are equal${first}`;
  return { ...facts, answer: 'equal', cause: 'equal', reason };
}

function notComparableText(types: ReadonlyMap<string, number>): readonly string[] {
  const each = [...types].map(([type, keys]) => `${keys} of type ${type}`);
  return each.length === 0 ? [] : [`keys of types that can not be compared: ${each.join(', ')}`];
}

type Different = Awaited<ReturnType<typeof settle>>['different'][number];

function shown({ key, examined }: Different, { values }: KeyspaceOptions): KeyDifference {
  return {
    kind: examined.answer as KeyDifference['kind'],
    key: readable(key),
    parts: examined.parts.map(({ name, old, new: next }) =>
      values === 'shown' ? { name, old, new: next } : { name },
    ),
  };
}

function unstable(outcome: Outcome, reason: string): Outcome {
  return {
    ...outcome,
    answer: 'unstable',
    cause: 'evicting',
    reason,
    missing: null,
    extra: null,
    changed: null,
  };
}

function notChecked({ cause, reason }: Pick<KeyspaceDiff, 'cause' | 'reason'>): Outcome {
  return {
    answer: 'not-checked',
    cause,
    reason,
    oldKeys: null,
    newKeys: null,
    missing: null,
    extra: null,
    changed: null,
    differences: [],
  };
}

function progress(estimated: number, { onProgress }: KeyspaceOptions): (keys: number) => void {
  const started = performance.now();
  return (keys) => {
    const keysPerSecond = (keys * 1000) / Math.max(1, performance.now() - started);
    const left = Math.max(0, estimated - keys);
    onProgress?.({ keys, estimated, keysPerSecond, secondsLeft: left / Math.max(1, keysPerSecond) });
  };
}
