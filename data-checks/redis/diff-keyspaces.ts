import { comparePass, reversePass } from './scan.ts';
import type { Sides } from './examine-key.ts';
import { keyFilter, readable, scanPattern } from './key-filter.ts';
import type { KeyDifference, KeyspaceDiff, KeyspaceOptions } from './keyspace-diff.ts';
import { canPack } from './packed-keys.ts';
import { numberOf, openReader, type Reader, RedisUnavailable, RefusedByServer } from './reader.ts';
import { type Room, roomOf } from './room.ts';
import { expiryReader, type ServerFacts, serverFacts } from './server-facts.ts';
import { settle } from './settle.ts';

export { RedisUnavailable };

/** Differing keys that are read again; more than that, and they can't all be due to keys on their way. */
const MOST_SETTLED = 10_000;
const TOLERANCE_MS = 1000;
const ROUNDS = 3;

/**
 * Compares two Redis keyspaces in both directions, without writing to either. Whatever keeps them from being compared
 * completely is an answer, and never `equal`.
 * @throws RedisUnavailable when a server can't be reached at the start; GreenlightError PART_MISSING without the client
 */
export async function diffKeyspaces(options: KeyspaceOptions): Promise<KeyspaceDiff> {
  const timeoutMs = options.timeoutMs ?? 60_000;
  const old = await openReader({ side: 'old', url: options.old, timeoutMs });
  try {
    const next = await openReader({ side: 'new', url: options.new, timeoutMs });
    try {
      return await compare([old, next], options);
    } finally {
      next.close();
    }
  } finally {
    old.close();
  }
}

type Outcome = Omit<KeyspaceDiff, 'old' | 'new' | 'notCompared' | 'room' | 'seconds'>;

async function compare(readers: readonly [Reader, Reader], options: KeyspaceOptions): Promise<KeyspaceDiff> {
  const started = performance.now();
  const names = [databaseOf(options.old), databaseOf(options.new)] as const;
  let room: readonly Room[] = roomOf({}, options);
  let notes: readonly string[] = [];
  let outcome: Outcome;
  try {
    const facts = await Promise.all([serverFacts(readers[0]), serverFacts(readers[1])]);
    notes = notesOf(facts, names, options);
    outcome = refusal(facts, names) ?? (await compareKeys(readers, options));
    // At the end, because comparing costs a client and some memory, too.
    room = roomOf(await serverFacts(readers[1]), options);
  } catch (error) {
    if (error instanceof RedisUnavailable) {
      outcome = notChecked('connection-lost', `The ${error.side} server went away: ${error.message}`);
    } else if (error instanceof RefusedByServer) {
      outcome = notChecked('unreadable', `A server refused to answer: ${error.message}`);
    } else throw error;
  }
  return {
    old: `database ${names[0]}`,
    new: `database ${names[1]}`,
    ...outcome,
    notCompared: notes,
    room,
    seconds: (performance.now() - started) / 1000,
  };
}

function databaseOf(url: string): string {
  return /^\d+$/.exec(new URL(url).pathname.slice(1))?.[0] ?? new URL(url).searchParams.get('db') ?? '0';
}

function refusal(
  [old, next]: readonly [ServerFacts, ServerFacts] | ServerFacts[],
  names: readonly [string, string],
): Outcome | undefined {
  for (const [side, facts] of [
    ['old', old],
    ['new', next],
  ] as const) {
    if (facts?.['cluster_enabled'] === '1') {
      const reason = `The ${side} server is one node of a cluster, which has only a part of the keys`;
      return notChecked('cluster', reason);
    }
    if (facts?.['loading'] === '1' || facts?.['async_loading'] === '1') {
      return notChecked('loading', `The ${side} server is still loading its data`);
    }
    if (facts?.['master_sync_in_progress'] === '1') {
      return notChecked('loading', `The ${side} server is a replica that is still being filled`);
    }
  }
  const id = old?.['run_id'];
  if (id !== undefined && id === next?.['run_id'] && names[0] === names[1]) {
    return notChecked(
      'same-keyspace',
      'Old and new are one database of one server: it would be compared with itself',
    );
  }
  return undefined;
}

/** What is left out, so that nobody takes it for compared. */
function notesOf(
  facts: readonly ServerFacts[],
  names: readonly [string, string],
  { prefixes = [], ignore = [], expiryToleranceMs = TOLERANCE_MS }: KeyspaceOptions,
): readonly string[] {
  const others = facts.flatMap((one, side) =>
    Object.entries(one).flatMap(([name, text]) => {
      const number = /^db(\d+)$/.exec(name)?.[1];
      const keys = /^keys=(\d+)/.exec(text)?.[1];
      if (number === undefined || keys === undefined || number === names[side]) return [];
      return [`database ${number} of ${side === 0 ? 'old' : 'new'}: ${keys} keys`];
    }),
  );
  const fields = facts.some((one) => atLeast(one['redis_version'], 7, 4));
  return [
    ...(prefixes.length === 0 ? [] : [`keys that do not begin with ${prefixes.join(', ')}`]),
    ...ignore.map((pattern) => `keys like ${pattern}`),
    `expiry: differences of up to ${expiryToleranceMs} ms`,
    ...(fields ? ['expiry of single hash fields'] : []),
    ...others,
  ];
}

function atLeast(version: string | undefined, major: number, minor: number): boolean {
  const [a = 0, b = 0] = (version ?? '0').split('.').map(Number);
  return a > major || (a === major && b >= minor);
}

async function compareKeys(readers: readonly [Reader, Reader], options: KeyspaceOptions): Promise<Outcome> {
  const filter = { prefixes: options.prefixes ?? [], ignore: options.ignore ?? [] };
  const scan = { wanted: keyFilter(filter), pattern: scanPattern(filter) };
  const sides: Sides = {
    readers,
    expiry: [await expiryReader(readers[0]), await expiryReader(readers[1])],
    toleranceMs: options.expiryToleranceMs ?? TOLERANCE_MS,
    packed: (await canPack(readers[0])) && (await canPack(readers[1])),
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

function notChecked(cause: string, reason: string): Outcome {
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
