import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createKeyspace } from '../../../demo/redis-emulator/keyspace.ts';
import { type RedisEmulator, startRedisEmulator } from '../../../demo/redis-emulator/server.ts';
import { createRequestReader, RedisError } from '../../../demo/redis-emulator/wire.ts';

let server: RedisEmulator | undefined;
afterEach(() => server?.close());

/** What comes back on a raw connection until the server has sent `length` bytes or has ended it. */
async function answerTo(port: number, bytes: string, length: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let said = '';
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject).on('close', () => resolve());
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1');
      if (said.length >= length) socket.destroy();
    });
    socket.write(bytes, 'latin1');
  });
  return said;
}

const request = (...words: string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;

test('requests are read however they are cut', () => {
  const whole = request('SET', 'a\r\nb', '\xff\x00') + request('GET', 'a');
  for (const size of [1, 7, whole.length]) {
    const read = createRequestReader();
    const found = [];
    for (let at = 0; at < whole.length; at += size)
      found.push(...read(Buffer.from(whole.slice(at, at + size), 'latin1')));
    expect(found, `in pieces of ${size}`).toEqual([
      ['SET', 'a\r\nb', '\xff\x00'],
      ['GET', 'a'],
    ]);
  }
  expect(() => createRequestReader()(Buffer.from('GET / HTTP/1.1\r\n'))).toThrow(RedisError);
});

test('keys end when their time is over, and keep it when they change', () => {
  let now = 0;
  const run = createKeyspace(() => now);
  expect(run(['SET', 'visits', '1', 'EX', '10'])).toEqual({ status: 'OK' });
  expect(run(['INCR', 'visits'])).toBe(2);
  now = 9_999;
  expect([run(['GET', 'visits']), run(['TTL', 'visits'])]).toEqual(['2', 0]);
  now = 10_000;
  expect([run(['GET', 'visits']), run(['TTL', 'visits']), run(['DEL', 'visits'])]).toEqual([null, -2, 0]);
});

test('what the shops do not use is refused by name, and a wrong type as Redis refuses it', () => {
  const run = createKeyspace();
  run(['HSET', 'cart', 'sku', '1']);
  const refused = [['ZADD', 'a', '1', 'b'], ['SET', 'a', 'b', 'NX'], ['GET', 'cart'], ['toString']];
  expect(refused.map((words) => run(words))).toEqual([
    new RedisError("ERR unknown command 'ZADD' (emulated Redis)"),
    new RedisError('ERR syntax error'),
    new RedisError('WRONGTYPE Operation against a key holding the wrong kind of value'),
    new RedisError("ERR unknown command 'toString' (emulated Redis)"),
  ]);
  expect(run(['HGETALL', 'cart'])).toEqual(['sku', '1']);
});

test('commands between MULTI and EXEC run together', async () => {
  server = await startRedisEmulator();
  const sent = [['MULTI'], ['HSET', 'k', 'f', 'v'], ['ZADD', 'k'], ['EXEC'], ['EXEC']];
  const expected =
    "+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:1\r\n-ERR unknown command 'ZADD' (emulated Redis)\r\n-ERR EXEC without MULTI\r\n";
  const all = sent.map((words) => request(...words)).join('');
  expect(await answerTo(server.port, all, expected.length)).toBe(expected);
  expect(await answerTo(server.port, 'hello\r\n', 1_000)).toBe('-ERR Protocol error\r\n');
});
