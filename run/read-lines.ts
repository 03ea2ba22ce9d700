import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { Readable } from 'node:stream';

/** For what is still in the pipes when a program has gone. */
const LAST_OUTPUT_MS = 2000;

/** A stream that is being read. */
export interface Reading {
  readonly ended: Promise<void>;
  /** Reads no further, whoever may still write. */
  readonly leave: () => void;
}

/** Calls back with each line of a stream. */
export function readLines(stream: Readable | null, onLine: (line: string) => void): Reading {
  if (stream === null) return { ended: Promise.resolve(), leave: () => undefined };
  const ended = new Promise<void>((resolve) => {
    createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine).on('close', resolve);
    stream.on('error', () => resolve());
  });
  return { ended, leave: () => void stream.destroy() };
}

/**
 * Waits for what a program printed, once it has gone. Whoever still holds its pipes is no part of it, such as a daemon
 * that a global set-up started: nobody must wait for it.
 */
export async function endOfOutput(streams: readonly Reading[]): Promise<void> {
  await Promise.race([
    Promise.all(streams.map(({ ended }) => ended)),
    pause(LAST_OUTPUT_MS, undefined, { ref: false }),
  ]);
  for (const { leave } of streams) leave();
}
