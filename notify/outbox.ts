import { readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { IncidentState, NOTHING_SEEN } from '../contract/notify/decide-incidents.ts';
import { Notice } from '../contract/notify/notice.ts';
import { writeFileAtomically } from '../host/atomic-write.ts';
import { fileNameOf } from '../host/state-file.ts';

/** One message that one channel has not taken yet. */
const Waiting = z.object({
  channel: z.string(),
  notice: Notice,
  attempts: z.number().int().nonnegative(),
  /** Not tried before (ISO). */
  dueAt: z.string(),
  /** Somebody began to send it and did not live to say how that ended: it may have arrived. */
  begun: z.boolean(),
  /** All channels that it was meant for. */
  to: z.array(z.string()),
  /** It was told through other channels as well, or is such a copy itself. */
  forwarded: z.boolean(),
});
export type Waiting = z.infer<typeof Waiting>;

/** What is known of a channel that does not work. */
const Outage = z.object({ since: z.string(), problem: z.string() });

/** Everything that has to survive between two runs. */
const Kept = z.object({
  schema: z.literal('greenlight/outbox@1'),
  incidents: IncidentState,
  /** Oldest first; a channel gets its messages in this order. */
  waiting: z.array(Waiting),
  /** Channels that do not work, by name. */
  outages: z.record(z.string(), Outage),
  /** What was told of open incidents, by the incident: a channel that forgets has to be reminded. */
  standing: z.record(z.string(), Notice),
  /** Which channels heard of an open incident, by the incident: they hear how it goes on, whatever routes say then. */
  heard: z.record(z.string(), z.array(z.string())).default({}),
  /** How many messages may have arrived twice, since this file is there. */
  repeated: z.number().int().nonnegative(),
  /** How many were dropped because too many waited. */
  dropped: z.number().int().nonnegative(),
});
export type Kept = z.infer<typeof Kept>;

const NOTHING_KEPT: Kept = {
  schema: 'greenlight/outbox@1',
  incidents: NOTHING_SEEN,
  waiting: [],
  outages: {},
  standing: {},
  heard: {},
  repeated: 0,
  dropped: 0,
};

export interface ReadOutbox {
  readonly kept: Kept;
  /** There was none, or one that cannot be read: what the history holds was perhaps told, and perhaps not. */
  readonly isNew: boolean;
  readonly problems: readonly string[];
}

/** The file of one target and phase. */
export function outboxFile(stateDirectory: string, target: string, phase: string): string {
  return path.join(stateDirectory, 'notify', `${fileNameOf(target)}-${phase}.json`);
}

/**
 * Never throws: a machine that forgot what it told must still tell. A file that cannot be understood is put aside.
 */
export function readOutbox(file: string): ReadOutbox {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const problems = missing
      ? []
      : [`${file} cannot be read (${codeOf(error)}): what it held may be told again`];
    return { kept: NOTHING_KEPT, isNew: true, problems };
  }
  const parsed = Kept.safeParse(json(text));
  if (parsed.success) return { kept: parsed.data, isNew: false, problems: [] };
  const aside = `${file}.damaged`;
  let where = `was put aside as ${aside}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    where = `could not be put aside (${codeOf(error)})`;
  }
  return {
    kept: NOTHING_KEPT,
    isNew: true,
    problems: [`${file} is damaged and ${where}: what is open is told again, what waited to be told is lost`],
  };
}

/** @returns why it could not be kept; undefined: it is on disk */
export function writeOutbox(file: string, kept: Kept): string | undefined {
  try {
    writeFileAtomically(file, JSON.stringify(kept));
    return undefined;
  } catch (error) {
    return `${file} cannot be written (${codeOf(error)}): what is told now may be told again, and failures of several runs may not add up`;
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON, and so none of ours: the caller says so.
    return undefined;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no reason given';
}
