import type { Notice } from '../contract/notify/notice.ts';
import { type OpenChannel, TakenInPart } from './channel-kind.ts';
import type { Kept, Waiting } from './outbox.ts';

/** How a plan's channels are reached in this process. */
export interface Reach {
  /** The names of all channels. */
  readonly names: readonly string[];
  /** @throws why it cannot be used at all: a variable that is not set, a package that is missing */
  readonly open: (name: string) => Promise<OpenChannel>;
  /** `team (slack)` */
  readonly words: (name: string) => string;
  readonly now: () => Date;
  /** Keeps what is known now; undefined: it is on disk. */
  readonly keep: (kept: Kept) => string | undefined;
}

export interface Delivered {
  readonly kept: Kept;
  readonly told: readonly string[];
  readonly problems: readonly string[];
}

const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 6 * 60 * 60_000;
/** What one channel may leave waiting: after that, the oldest are dropped, counted and told. */
export const MOST_WAITING = 200;
/** So long one channel is sent to in one round; a run holds the lease meanwhile, and the rest goes with the next. */
const MOST_SENDING_MS = 20_000;

/**
 * One more message for each of these channels. One that waits there already is not put there twice.
 * @param forwarded it is told because of another channel, and by nobody else if this one fails, too
 */
export function enqueue(
  kept: Kept,
  notice: Notice,
  channels: readonly string[],
  now: Date,
  forwarded = false,
): Kept {
  const fresh = channels
    .filter(
      (channel) => !kept.waiting.some((one) => one.channel === channel && one.notice.key === notice.key),
    )
    .map((channel): Waiting => {
      return {
        channel,
        notice,
        attempts: 0,
        dueAt: now.toISOString(),
        begun: false,
        to: [...channels],
        forwarded,
      };
    });
  return { ...kept, waiting: [...kept.waiting, ...fresh] };
}

/**
 * Sends what waits and is due. What is about to be sent is kept before, and that it arrived afterwards: a message is lost
 * by no restart, and one that was being sent when the machine died is sent again and counted. A channel that fails gets
 * nothing more in this round; its messages wait, longer each time, and the others tell of it.
 */
export async function deliver(before: Kept, reach: Reach): Promise<Delivered> {
  const first = await round(before, reach);
  const relayed = relay(first, reach);
  if (relayed === undefined) return first;
  const second = await round(relayed, reach);
  return {
    kept: second.kept,
    told: [...first.told, ...second.told],
    problems: [...new Set([...first.problems, ...second.problems])],
  };
}

interface Round extends Delivered {
  /** Channels that failed now and worked before. */
  readonly fallen: readonly string[];
}

async function round(before: Kept, reach: Reach): Promise<Round> {
  const box = createBox(before, reach);
  const due = box.begin();
  await Promise.all([...byChannel(due)].map(([name, own]) => sendAll(name, own, box, reach)));
  return box.end();
}

async function sendAll(name: string, due: readonly Waiting[], box: Box, reach: Reach): Promise<void> {
  const tried = ({ notice: { incident } }: Waiting): number =>
    Math.max(...due.filter(({ notice }) => notice.incident === incident).map(({ attempts }) => attempts));
  // What a receiver refuses again and again must not keep others from it; of one incident, it hears in order.
  const own = [...due].sort((one, other) => tried(one) - tried(other));
  let at = 0;
  try {
    const channel = await reach.open(name);
    const until = reach.now().getTime() + MOST_SENDING_MS;
    for (; at < own.length && reach.now().getTime() <= until; at += 1) {
      const one = own[at] as Waiting;
      await channel.send(one.notice).catch((error: unknown) => {
        if (!(error instanceof TakenInPart)) throw error;
        box.said(name, error.message);
      });
      box.arrived(one);
    }
    if (at < own.length) box.postponed(own.slice(at));
  } catch (error) {
    box.failed(name, own[at], own.slice(at), problemOf(error));
  }
}

interface Box {
  begin(): readonly Waiting[];
  arrived(one: Waiting): void;
  postponed(left: readonly Waiting[]): void;
  said(name: string, problem: string): void;
  failed(name: string, at: Waiting | undefined, left: readonly Waiting[], problem: string): void;
  end(): Round;
}

/** What changes while messages go out, in one place: channels are asked at the same time. */
function createBox(before: Kept, { keep, names, now, words }: Reach): Box {
  let kept = before;
  const [told, problems, fallen]: [string[], string[], string[]] = [[], [], []];
  const save = (next: Kept): void => {
    kept = next;
    const problem = keep(next);
    if (problem !== undefined && !problems.includes(problem)) problems.push(problem);
  };
  const same = (one: Waiting, other: Waiting): boolean =>
    one.channel === other.channel && one.notice.key === other.notice.key;
  return {
    begin() {
      const moment = now().getTime();
      const limited = limit(kept, names, words);
      problems.push(...limited.problems);
      kept = limited.kept;
      const held = new Set<string>();
      const due = kept.waiting.filter((one) => {
        const line = `${one.channel} ${one.notice.incident}`;
        // Of one incident, a channel hears in order.
        const wait = Date.parse(one.dueAt) - moment;
        // Nothing waits for longer than that: the clock was wrong when the time was written, and must not hold a message.
        const ready = (wait <= 0 || wait > LONGEST_PAUSE_MS) && !held.has(line);
        if (!ready) held.add(line);
        return ready;
      });
      const repeated = due.filter(({ begun }) => begun).length;
      const waiting = kept.waiting.map((one) => (due.includes(one) ? { ...one, begun: true } : one));
      save({ ...kept, waiting, repeated: kept.repeated + repeated });
      return due;
    },
    arrived(one) {
      const { [one.channel]: outage, ...outages } = kept.outages;
      // It works again, so nothing has to wait for it any longer.
      const waiting = kept.waiting
        .filter((other) => !same(one, other))
        .map((other) =>
          outage !== undefined && other.channel === one.channel
            ? { ...other, dueAt: now().toISOString() }
            : other,
        );
      save({ ...kept, outages, waiting });
      told.push(`${words(one.channel)}: ${one.notice.headline}`);
    },
    postponed(left) {
      const waiting = kept.waiting.map((one) =>
        left.some((other) => same(one, other)) ? { ...one, begun: false } : one,
      );
      save({ ...kept, waiting });
    },
    said: (name, problem) => void problems.push(`${words(name)}: ${problem}`),
    failed(name, at, left, problem) {
      const moment = now();
      if (kept.outages[name] === undefined) fallen.push(name);
      const outages = {
        ...kept.outages,
        [name]: { since: kept.outages[name]?.since ?? moment.toISOString(), problem },
      };
      const waiting = kept.waiting.map((one) => {
        if (at !== undefined && same(one, at)) {
          const pause = Math.min(FIRST_PAUSE_MS * 2 ** one.attempts, LONGEST_PAUSE_MS);
          const dueAt = new Date(moment.getTime() + pause).toISOString();
          // That it may have arrived all the same is only known where there was an answer.
          return { ...one, attempts: one.attempts + 1, dueAt, begun: false };
        }
        return left.some((other) => same(one, other)) ? { ...one, begun: false } : one;
      });
      save({ ...kept, outages, waiting });
      const count = waiting.filter(({ channel }) => channel === name).length;
      problems.push(
        `${words(name)}: ${problem}; ${count} ${count === 1 ? 'message waits' : 'messages wait'}`,
      );
    },
    end: () => ({ kept, told, problems, fallen }),
  };
}

/**
 * What the other channels get because of those that do not work: each message that is stuck, once, where it was not meant
 * to go anyway; and where all of them have it, that the channel does not work.
 * @returns undefined: nothing
 */
function relay({ kept, fallen }: Round, { names, words, now }: Reach): Kept | undefined {
  let next = kept;
  const relayed = new Set<string>();
  const working = names.filter((name) => kept.outages[name] === undefined);
  for (const stuck of kept.waiting) {
    const outage = kept.outages[stuck.channel];
    // Not tried yet, but whoever heard of its beginning instead must hear of its end: it waits behind what is stuck.
    const follows = kept.waiting.some(
      (one) =>
        one.forwarded && one.channel === stuck.channel && one.notice.incident === stuck.notice.incident,
    );
    if (outage === undefined || stuck.forwarded || (stuck.attempts === 0 && !follows)) continue;
    const others = working.filter((name) => !stuck.to.includes(name));
    if (others.length === 0) continue;
    next = {
      ...next,
      waiting: next.waiting.map((one) => (one === stuck ? { ...one, forwarded: true } : one)),
    };
    next = enqueue(next, instead(stuck, words(stuck.channel), outage.problem), others, now(), true);
    relayed.add(stuck.channel);
  }
  for (const name of fallen) {
    if (!relayed.has(name))
      next = enqueue(next, outageNotice(name, kept, words(name), now()), working, now(), true);
  }
  return next === kept || working.length === 0 ? undefined : next;
}

/** The same news for people whom it was not meant for, under an incident of its own, which its end resolves. */
function instead({ notice, channel }: Waiting, words: string, problem: string): Notice {
  return {
    ...notice,
    key: `${notice.key}/instead-of/${channel}`,
    incident: `${notice.incident}/instead-of/${channel}`,
    what: notice.what === 'resolved' ? 'resolved' : 'told',
    facts: [
      {
        name: 'Why here',
        value: `${words} could not be reached: ${problem}. It is tried again with the next runs.`,
      },
      ...notice.facts,
    ],
  };
}

function outageNotice(name: string, kept: Kept, words: string, now: Date): Notice {
  const waiting = kept.waiting.filter(({ channel }) => channel === name);
  const [{ notice } = { notice: undefined }] = waiting;
  const at = now.toISOString();
  return {
    key: `channel/${name}/${at}`,
    incident: `channel/${name}/${at}`,
    what: 'told',
    level: 'P3',
    kind: 'channel',
    target: notice?.target ?? '',
    about: `channel-${name}`,
    headline: `P3 the channel ${words} cannot be reached`,
    summary: kept.outages[name]?.problem ?? 'It does not take messages',
    facts: [
      { name: 'Waiting', value: String(waiting.length) },
      {
        name: 'Next step',
        value: 'Look at its address and key; what waits is sent as soon as it works again.',
      },
    ],
    openedAt: at,
    at,
  };
}

function limit(
  kept: Kept,
  names: Reach['names'],
  words: Reach['words'],
): { readonly kept: Kept; readonly problems: readonly string[] } {
  const problems: string[] = [];
  let { waiting, dropped } = kept;
  for (const name of new Set(waiting.map(({ channel }) => channel))) {
    const own = waiting.filter(({ channel }) => channel === name);
    const gone = !names.includes(name);
    const over = gone ? own : own.slice(0, Math.max(0, own.length - MOST_WAITING));
    if (over.length === 0) continue;
    waiting = waiting.filter((one) => !over.includes(one));
    dropped += over.length;
    const why = gone ? 'the plan no longer has this channel' : `more than ${MOST_WAITING} messages wait`;
    problems.push(`${words(name)}: ${why}; ${over.length} that waited were dropped`);
  }
  const outages = Object.fromEntries(Object.entries(kept.outages).filter(([name]) => names.includes(name)));
  return { kept: { ...kept, waiting, dropped, outages }, problems };
}

function byChannel(due: readonly Waiting[]): ReadonlyMap<string, readonly Waiting[]> {
  const groups = new Map<string, Waiting[]>();
  for (const one of due) groups.set(one.channel, [...(groups.get(one.channel) ?? []), one]);
  return groups;
}

function problemOf(error: unknown): string {
  return error instanceof Error ? error.message : 'it did not take the message';
}
