import { answered, bytesOf, numberOf, type Reader, Refusal } from './reader.ts';

/** What `INFO` says, by its own names. */
export type ServerFacts = Readonly<Record<string, string>>;

/** @throws Unavailable, RefusedByServer */
export async function serverFacts(reader: Reader): Promise<ServerFacts> {
  const lines = bytesOf(await reader.one('INFO')).split(/\r?\n/);
  return Object.fromEntries(
    lines.flatMap((line) => {
      const at = line.indexOf(':');
      return at < 1 || line.startsWith('#') ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
    }),
  );
}

/** When a key expires, as the server says it. */
export interface ExpiryReader {
  /** Sent before the questions for keys; their answers are read with it. */
  readonly before: readonly ['TIME'] | undefined;
  readonly command: 'PEXPIRETIME' | 'PTTL';
}

/** The name of a key that is not there, for trying out commands: one that the user may read if he may read any. */
export function noSuchKey(prefixes: readonly string[]): string {
  return `${prefixes[0] ?? ''}greenlight:no-such-key`;
}

/**
 * Servers before 7.0 only tell how long a key still has, so their own clock is asked as well.
 * @param probe a key that is not there, as `noSuchKey` names it
 */
export async function expiryReader(reader: Reader, probe: string): Promise<ExpiryReader> {
  const [reply] = await reader.ask([['PEXPIRETIME', probe]]);
  if (!(reply instanceof Refusal)) return { before: undefined, command: 'PEXPIRETIME' };
  // Any other refusal, such as a missing right, must not be taken for an old server.
  if (!/unknown command/i.test(reply.message)) answered(reply);
  return { before: ['TIME'], command: 'PTTL' };
}

/** Milliseconds of the server's clock, from its answer to `TIME`. */
export function clockOf(reply: readonly unknown[]): number {
  const [seconds, micros] = reply.map((part) => Number(String(part)));
  return (seconds ?? Number.NaN) * 1000 + (micros ?? Number.NaN) / 1000;
}

/** The moment at which a key expires that is not there. */
export const GONE = -2;

/** Absolute, in milliseconds; -1: never; -2 (`GONE`): there is no such key. */
export function momentOf(reply: Parameters<typeof numberOf>[0], clock: number | undefined): number {
  const value = numberOf(reply);
  return value < 0 || clock === undefined ? value : clock + value;
}

export function sameMoment(old: number, next: number, toleranceMs: number): boolean {
  return old < 0 || next < 0 ? old === next : Math.abs(old - next) <= toleranceMs;
}
