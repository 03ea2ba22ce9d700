import { mkdtemp, rm } from 'node:fs/promises';
import type http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Flow } from '../../../contract/flow/flow.ts';
import { LoadProfile } from '../../../contract/load/load-profile.ts';
import { autocannonEngine } from '../../../load/engines/autocannon.ts';
import { k6Engine } from '../../../load/engines/k6.ts';
import { loadFinding } from '../../../load/load-finding.ts';
import { eachUsually } from '../../long.ts';
import { keepsACookie, listsThings } from './plan.ts';
import { startTarget } from './target.ts';

const k6 = await k6Engine.availability();
if (!k6.available) console.warn(`\nSKIPPED: everything about k6: ${k6.reason}. ${k6.remedy}\n`);
const engines = [autocannonEngine, ...(k6.available ? [k6Engine] : [])];

let scratch: string;
let close: (() => Promise<void>) | undefined;
beforeEach(async () => (scratch = await mkdtemp(join(tmpdir(), 'greenlight-load-test-'))));
afterEach(async () => {
  await close?.();
  close = undefined;
  await rm(scratch, { recursive: true, force: true });
});

type Changes = Partial<z.input<typeof LoadProfile>>;

async function run(engine: (typeof engines)[number], url: string, flow: Flow, changes: Changes = {}) {
  const profile = LoadProfile.parse({
    id: 'under-load',
    title: 'Holds under load',
    engine: engine.name,
    flow: flow.id,
    connections: 4,
    durationS: 1,
    warmupS: 0,
    minimumRequests: 20,
    thresholds: { p95Ms: 5000, errorRate: 0.05 },
    ...changes,
  });
  const result = await engine.run({
    profile,
    flow,
    urls: { app: url },
    run: 'r1',
    planFile: join(import.meta.dirname, 'plan.ts'),
    scratch,
    secret: () => '',
    progress: () => undefined,
    signal: new AbortController().signal,
  });
  return { result, finding: loadFinding({ profile, result, control: 'not-asked' }) };
}

async function serve(answer: (response: http.ServerResponse, request: http.IncomingMessage) => void) {
  const target = await startTarget((request, response) => answer(response, request));
  close = () => target.close();
  return target.url;
}

const THING = JSON.stringify({ name: Array(40).fill('Grüße, 世界').join(' ') });
const json = { 'content-type': 'application/json' };

/** In pieces that cut through characters. */
function inPieces(response: http.ServerResponse, bytes: Buffer): void {
  let at = 0;
  const next = (): void => {
    if (at >= bytes.length) return void response.end();
    response.write(bytes.subarray(at, (at += 101)), () => setImmediate(next));
  };
  next();
}

/** How an answer with one thing is sent. */
const FORMS: [string, (response: http.ServerResponse) => void][] = [
  ['plain', (response) => response.writeHead(200, json).end(THING)],
  ['in pieces', (response) => inPieces(response.writeHead(200, json), Buffer.from(THING))],
  ...(['gzip', 'br', 'deflate'] as const).map((encoding): [string, (r: http.ServerResponse) => void] => [
    `compressed with ${encoding}`,
    (response) => {
      const encode = { gzip: zlib.gzipSync, br: zlib.brotliCompressSync, deflate: zlib.deflateSync };
      inPieces(
        response.writeHead(200, { ...json, 'content-encoding': encoding }),
        encode[encoding](Buffer.from(THING)),
      );
    },
  ]),
];

describe.each(engines)('$name', (engine) => {
  test.each<[string, Changes]>([
    ['as it is', {}],
    ['at more requests than are looked at', { connections: 20 }],
    ...(engine.name === 'autocannon'
      ? [['by several processes', { processes: 2 }] as [string, Changes]]
      : [['at a rate', { rate: 60 }] as [string, Changes]]),
  ])('a target that answers everybody with another shape fails: %s', async (_, changes) => {
    const url = await serve((response) => response.writeHead(200, json).end('{"error":"overloaded"}'));
    const { result, finding } = await run(engine, url, listsThings, { durationS: 2, ...changes });
    expect(finding, finding.summary).toMatchObject({ outcome: 'fail' });
    const [shape] = result.shapes ?? [];
    expect(shape).toMatchObject({ step: 'list', wrong: shape?.looked });
    expect(shape?.looked).toBeGreaterThanOrEqual(30);
  });

  // Decoding is tried one by one with the engine that is ours to write; k6 decodes by itself.
  const usualForms =
    engine.name === 'k6' ? ['in pieces', 'compressed with gzip'] : FORMS.map(([name]) => name);
  eachUsually(usualForms, FORMS, 'what is looked at is read as it was sent: %s', async (_, answer) => {
    const { result, finding } = await run(engine, await serve(answer), listsThings);
    expect(result.errors).toEqual({ status: 0, timeout: 0, connection: 0, assertion: 0 });
    expect(result.shapes?.[0]).toMatchObject({ step: 'list', wrong: 0 });
    expect(finding.outcome, finding.summary).toBe('pass');
  });

  test('a body that is not what its encoding says is wrong', async () => {
    const url = await serve((response) =>
      response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(THING),
    );
    const { finding } = await run(engine, url, listsThings, { durationS: 2 });
    // However many requests the machine makes in the time: of those that were looked at, all are wrong.
    expect(finding, finding.summary).toMatchObject({ outcome: 'fail', cause: 'wrong-shape' });
  });

  test('too few looks at the shape are no pass', async () => {
    const url = await serve((response) => setTimeout(() => response.writeHead(200, json).end(THING), 900));
    const { finding } = await run(engine, url, listsThings, {
      durationS: 2,
      minimumRequests: 1,
      thresholds: { errorRate: 0.5 },
    });
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'too-few-shapes' });
  });

  test('what comes before the answer is not the answer', async () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n';
    const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(THING)}\r\n\r\n${THING}`;
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => {
        socket.write(early);
        setTimeout(() => socket.write(answer), 5);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    close = () => new Promise((resolve) => server.close(() => resolve()));
    const { port } = server.address() as net.AddressInfo;
    const { result, finding } = await run(engine, `http://127.0.0.1:${port}`, listsThings);
    expect(result.errors).toEqual({ status: 0, timeout: 0, connection: 0, assertion: 0 });
    expect(finding.outcome, finding.summary).toBe('pass');
    expect(result.latency?.p50).toBeGreaterThan(3);
  });

  const cookies: [string, string, boolean][] = [
    ['taken back by its date', 's=; Expires=Thu, 01 Jan 1970 00:00:00 GMT', false],
    ['taken back by its age', 's=x; Max-Age=0', false],
    ['whose age goes before its date', 's=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60', true],
    ['that lasts', 's=x; Expires=Fri, 01 Jan 2100 00:00:00 GMT', true],
  ];
  // k6 keeps cookies by itself.
  const usualCookies =
    engine.name === 'k6' ? ['taken back by its date', 'that lasts'] : cookies.map(([name]) => name);
  eachUsually(usualCookies, cookies, 'a cookie %s', async (_, cookie, comesBack) => {
    const brought: boolean[] = [];
    const url = await serve((response, request) => {
      if (request.url === '/take') brought.push(/(^|;\s*)s=/.test(request.headers.cookie ?? ''));
      response.writeHead(200, request.url === '/set' ? { 'set-cookie': cookie } : {}).end();
    });
    await run(engine, url, keepsACookie);
    expect(brought.length).toBeGreaterThan(20);
    expect(brought.every((one) => one === comesBack)).toBe(true);
  });
});
