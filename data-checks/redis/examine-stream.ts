import type { Part } from './part.ts';
import { readable } from './key-filter.ts';
import { type Argument, bytesOf, listOf, type Reader, type Reply } from './reader.ts';
import { paceOf } from './pace.ts';
import { sameReply } from './windows.ts';

const PAGE = 500;

/** Entries, the last id that was given, and every group with its consumers and what they have not acknowledged. */
export async function examineStream(
  sides: readonly [Reader, Reader],
  key: Argument,
  mostParts: number,
): Promise<readonly Part[]> {
  const parts: Part[] = [];
  const add = (name: string, old: string | null, next: string | null): void => {
    if (parts.length < mostParts) parts.push({ name, old, new: next, state: JSON.stringify([old, next]) });
  };
  const differs = (name: string, old: string | null, next: string | null): void => {
    if (old !== next) add(name, old, next);
  };
  const [old, next] = await Promise.all(sides.map((side) => streamFacts(side, key)));
  // What is given next must be greater than everything that was ever given, deleted entries included.
  differs('last id', old?.lastId ?? null, next?.lastId ?? null);
  const names = new Set([...(old?.groups.keys() ?? []), ...(next?.groups.keys() ?? [])]);
  for (const name of names) {
    differs(`group ${name}`, old?.groups.get(name) ?? null, next?.groups.get(name) ?? null);
    if (!old?.groups.has(name) || !next?.groups.has(name)) continue;
    await inPages(
      sides,
      (side, from, count) => pendingPage(side, { key, group: name, from, count }),
      (entry) => {
        add(`pending ${entry.id} of group ${name}`, entry.old, entry.new);
        return parts.length < mostParts;
      },
    );
  }
  await inPages(
    sides,
    (side, from, count) => entryPage(side, { key, from, count }),
    (entry) => {
      add(`entry ${entry.id}`, entry.old, entry.new);
      return parts.length < mostParts;
    },
  );
  return parts;
}

interface StreamFacts {
  readonly lastId: string;
  /** Last delivered id and consumers, by name. */
  readonly groups: ReadonlyMap<string, string>;
}

async function streamFacts(side: Reader, key: Argument): Promise<StreamFacts> {
  const stream = named(await side.one('XINFO', 'STREAM', key));
  const groups = new Map<string, string>();
  for (const raw of listOf(await side.one('XINFO', 'GROUPS', key))) {
    const group = named(raw);
    const name = bytesOf(group.get('name'));
    const consumers = listOf(await side.one('XINFO', 'CONSUMERS', key, Buffer.from(name, 'latin1')));
    const called = consumers.map((consumer) => bytesOf(named(consumer).get('name'))).sort();
    const facts = ['last-delivered-id', 'pending'].map((fact) => `${fact} ${bytesOf(group.get(fact))}`);
    groups.set(name, [...facts, `consumers ${JSON.stringify(called)}`].join(', '));
  }
  return { lastId: bytesOf(stream.get('last-generated-id')), groups };
}

/** Names and values in turn, as `XINFO` gives them. */
function named(reply: Reply): ReadonlyMap<string, Reply> {
  const list = listOf(reply);
  const found = new Map<string, Reply>();
  for (let at = 0; at + 1 < list.length; at += 2) found.set(bytesOf(list[at]), list[at + 1] ?? null);
  return found;
}

interface Entry {
  readonly id: string;
  readonly body: Reply;
}

interface BothEntries {
  readonly id: string;
  readonly old: string | null;
  readonly new: string | null;
}

interface Page {
  readonly key: Argument;
  readonly from: string;
  readonly count: number;
}

async function entryPage(side: Reader, { key, from, count }: Page): Promise<readonly Entry[]> {
  const page = listOf(await side.one('XRANGE', key, from, '+', 'COUNT', count));
  return page.map((raw) => ({ id: bytesOf(listOf(raw)[0]), body: listOf(raw)[1] ?? null }));
}

/** Who has an entry and how often it was given out; for how long already is different on every server. */
async function pendingPage(
  side: Reader,
  { key, group, from, count }: Page & { readonly group: string },
): Promise<readonly Entry[]> {
  const page = listOf(await side.one('XPENDING', key, Buffer.from(group, 'latin1'), from, '+', count));
  return page.map((raw) => {
    const [id, consumer, , times] = listOf(raw);
    return { id: bytesOf(id), body: Buffer.from(`${bytesOf(consumer)} ${bytesOf(times)} times`, 'latin1') };
  });
}

/** Both sides have their entries in the order of ids: walks them side by side until `visit` has seen enough. */
async function inPages(
  sides: readonly [Reader, Reader],
  read: (side: Reader, from: string, count: number) => Promise<readonly Entry[]>,
  visit: (entry: BothEntries) => boolean,
): Promise<void> {
  const [old, next] = [queue(sides[0], read), queue(sides[1], read)];
  let [a, b] = [await old.next(), await next.next()];
  for (;;) {
    const [before, after] = [a.done === true ? undefined : a.value, b.done === true ? undefined : b.value];
    if (before === undefined && after === undefined) return;
    const order = before === undefined ? 1 : after === undefined ? -1 : compareIds(before.id, after.id);
    const same = order === 0 && sameReply(before?.body ?? null, after?.body);
    const entry = {
      id: (order <= 0 ? before?.id : after?.id) ?? '',
      old: order <= 0 ? text(before?.body) : null,
      new: order >= 0 ? text(after?.body) : null,
    };
    if (!same && !visit(entry)) return;
    if (order <= 0) a = await old.next();
    if (order >= 0) b = await next.next();
  }
}

async function* queue(
  side: Reader,
  read: (side: Reader, from: string, count: number) => Promise<readonly Entry[]>,
): AsyncGenerator<Entry, undefined> {
  const pace = paceOf(PAGE);
  for (let from = '-'; ;) {
    const count = pace.items;
    const page = await read(side, from, count);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < count) return undefined;
    pace.came(
      page.length,
      page.map(({ body }) => body),
    );
    from = after(last.id);
  }
}

/** The smallest id after this one; the exclusive form of a range needs 6.2. */
function after(id: string): string {
  const [ms = '0', sequence = '0'] = id.split('-');
  return `${ms}-${BigInt(sequence) + 1n}`;
}

function compareIds(a: string, b: string): number {
  const [[aMs = '0', aSeq = '0'], [bMs = '0', bSeq = '0']] = [a.split('-'), b.split('-')];
  const [x, y] = aMs === bMs ? [BigInt(aSeq), BigInt(bSeq)] : [BigInt(aMs), BigInt(bMs)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function text(body: Reply | undefined): string | null {
  if (body === undefined) return null;
  const one = (reply: Reply): string => readable(Buffer.from(bytesOf(reply), 'latin1'));
  return Array.isArray(body) ? JSON.stringify((body as readonly Reply[]).map(one)) : one(body);
}
