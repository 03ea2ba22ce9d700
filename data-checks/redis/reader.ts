import { sideUnavailable } from '../../contract/cannot-tell.ts';
import type * as Ioredis from 'ioredis';
import type { RedisAddress } from '../../contract/plan/redis-address.ts';
import { GreenlightError } from '../../contract/errors.ts';
import { connectRedis } from '../../safety/redis-connection.ts';

export type SideName = 'old' | 'new';
export type Argument = string | number | Buffer;
export type Command = readonly [name: string, ...args: Argument[]];
/** What the server answered, bytes as they are; a refusal of one command is an answer, too. */
export type Reply = Buffer | number | null | Refusal | readonly Reply[];

/** The only commands that are ever sent: each reads, or chooses what is read, and none reads a big key at once. */
const READ_COMMANDS: ReadonlySet<string> = new Set([
  ...['SCAN', 'TYPE', 'EXISTS', 'PEXPIRETIME', 'PTTL', 'TIME', 'DBSIZE', 'INFO'],
  ...['STRLEN', 'GETRANGE', 'HSCAN', 'HLEN', 'HMGET', 'SSCAN', 'SCARD', 'SISMEMBER'],
  ...['ZSCAN', 'ZCARD', 'ZSCORE', 'LLEN', 'LRANGE', 'XRANGE', 'XINFO', 'XPENDING', 'EVAL_RO'],
  ...['SELECT', 'MEMORY'],
]);

/** The server did not carry out one command. */
export class Refusal {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** A command that must be answered was refused: by a rule for this user, or because the server can't answer now. */
export class RefusedByServer extends Error {
  override readonly name = 'RefusedByServer';
}

/** One side of a comparison. */
export interface Reader {
  readonly side: SideName;
  /** The one that was asked for; `selectDatabase` goes there. */
  readonly database: number;
  /** Sends all commands at once. @throws Unavailable when the connection is lost */
  ask(commands: readonly Command[]): Promise<readonly Reply[]>;
  /** Sends one command that must be answered. @throws Unavailable, RefusedByServer */
  one(...command: Command): Promise<Exclude<Reply, Refusal>>;
  close(): void;
}

export interface ReaderOptions {
  readonly side: SideName;
  readonly address: RedisAddress;
  /** Longest wait for one answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** @throws Unavailable; GreenlightError PART_MISSING without the client */
export async function openReader({ side, address, timeoutMs }: ReaderOptions): Promise<Reader> {
  const unavailable = (error: unknown): Error =>
    error instanceof TypeError || error instanceof GreenlightError ? error : sideUnavailable(side, error);
  const connection = await connectRedis(address.server, timeoutMs).catch((error: unknown) => {
    throw unavailable(error);
  });
  const { client } = connection;
  const ask = (commands: readonly Command[]): Promise<readonly Reply[]> =>
    connection
      .inTime(timeoutMs, () => send(client, commands))
      .catch((error: unknown) => {
        throw unavailable(error);
      });
  return {
    side,
    database: address.database,
    ask,
    one: async (...command) => {
      const [reply] = await ask([command]);
      if (reply instanceof Refusal) throw new RefusedByServer(`${command[0]}: ${reply.message}`);
      return reply ?? null;
    },
    close: () => client.disconnect(),
  };
}

/**
 * Goes to the database that is to be read; a connection begins in 0, which a user without the right to choose may read.
 * @throws Unavailable, RefusedByServer
 */
export async function selectDatabase(reader: Reader): Promise<void> {
  const { side, database } = reader;
  if (database === 0) return;
  const [reply] = await reader.ask([['SELECT', database]]);
  if (reply instanceof Refusal) {
    throw new RefusedByServer(
      `no database ${database} on the ${side} server for this user: ${reply.message}`,
    );
  }
}

async function send(client: Ioredis.Redis, commands: readonly Command[]): Promise<readonly Reply[]> {
  const pipeline = client.pipeline();
  for (const [name, ...args] of commands) {
    // The others of its kind do something to the server.
    const usage = name !== 'MEMORY' || args[0] === 'USAGE';
    if (!READ_COMMANDS.has(name) || !usage)
      throw new TypeError(`${name} is none of the commands that only read`);
    pipeline.callBuffer(name, ...args);
  }
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([error, reply]) => {
    if (error === null) return reply as Reply;
    // Anything but an answer of the server itself means that it did not answer.
    if (error.name !== 'ReplyError') throw error;
    return new Refusal(error.message);
  });
}

/** @throws RefusedByServer */
export function answered(reply: Reply | undefined): Exclude<Reply, Refusal> {
  if (reply instanceof Refusal) throw new RefusedByServer(reply.message);
  return reply ?? null;
}

/** A reply that must be a list. @throws RefusedByServer */
export function listOf(reply: Reply | undefined): readonly Reply[] {
  const list = answered(reply);
  if (Array.isArray(list)) return list as readonly Reply[];
  throw new RefusedByServer('the server did not answer with a list');
}

/** A reply as text, byte for byte one character. @throws RefusedByServer */
export function bytesOf(reply: Reply | undefined): string {
  const value = answered(reply);
  if (Buffer.isBuffer(value)) return value.toString('latin1');
  if (typeof value === 'number') return String(value);
  throw new RefusedByServer('the server did not answer with text');
}

/** A reply that must be a number. @throws RefusedByServer */
export function numberOf(reply: Reply | undefined): number {
  const value = Number(bytesOf(reply));
  if (Number.isFinite(value)) return value;
  throw new RefusedByServer('the server did not answer with a number');
}
