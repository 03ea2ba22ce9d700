import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createKeyspace } from './keyspace.ts';
import { createRequestReader, encodeReply, RedisError, type Reply } from './wire.ts';

/** A running emulator. */
export interface RedisEmulator {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on a random loopback port, for any client of Redis; keeps everything in memory. */
export async function startRedisEmulator(): Promise<RedisEmulator> {
  const run = createKeyspace();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A client that is killed resets its connection: nothing that anybody here could do something about.
    socket.on('error', () => socket.destroy());
    serve(socket, run);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Answers one connection in the order of its requests; between MULTI and EXEC they wait, and then run together. */
function serve(socket: Socket, run: (words: readonly string[]) => Reply): void {
  const read = createRequestReader();
  let waiting: (readonly string[])[] | undefined;
  const answer = (words: readonly string[]): Reply => {
    const name = (words[0] ?? '').toUpperCase();
    if (name === 'MULTI') {
      if (waiting !== undefined) return new RedisError('ERR MULTI calls can not be nested');
      waiting = [];
      return { status: 'OK' };
    }
    if (name === 'EXEC') {
      const together = waiting;
      waiting = undefined;
      return together?.map(run) ?? new RedisError('ERR EXEC without MULTI');
    }
    if (waiting === undefined) return run(words);
    waiting.push(words);
    return { status: 'QUEUED' };
  };
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const words of read(chunk)) socket.write(encodeReply(answer(words)));
    } catch (error) {
      if (!(error instanceof RedisError)) throw error;
      socket.end(encodeReply(error));
    }
  });
}
