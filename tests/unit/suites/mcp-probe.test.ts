import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema, McpError } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { atLeast, equal } from '../../../contract/flow/statement.ts';
import { Probe, type ProbeInput } from '../../../contract/plan/probe.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { Target } from '../../../contract/plan/target.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { createControl } from '../../../suites/control.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { probeMcp } from '../../../suites/probes/mcp-probe.ts';
import { aboutThirdParty } from '../../../suites/third-party.ts';
import { listen, type Listening } from './run-flow-on.ts';

type Planned = Partial<Extract<ProbeInput, { kind: 'mcp' }>>;
type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** How a server of tools differs from one that is well. */
interface Tools {
  /** Names that it does not register. */
  readonly without?: readonly string[];
  /** Answers with JSON instead of a stream of events. */
  readonly json?: boolean;
  /** What the search does. */
  readonly search?: 'finds' | 'errors' | 'refuses' | 'nothing' | 'blank' | 'asks-first' | 'other';
  /** In place of its list of tools: one that is no list. */
  readonly list?: unknown;
  /** On how many pages it lists its tools. Infinity: the second one is its own next. */
  readonly pages?: number;
  /** Takes its time to list its tools, when the stream of the answer before has ended. */
  readonly slow?: boolean;
}

let shop: Listening | undefined;
const servers: McpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await shop?.close();
});

/** A shop whose tools a real server of the SDK offers, with sessions. */
function toolServer({ without = [], search = 'finds', list, slow = false, pages }: Tools = {}): McpServer {
  const server = new McpServer({ name: 'shop-tools', version: '1.2.0' });
  const offers = (name: string): boolean => !without.includes(name);
  if (offers('search_products'))
    server.registerTool(
      'search_products',
      { description: 'x', inputSchema: { query: z.string() }, annotations: { readOnlyHint: true } },
      async ({ query }, { sendRequest }) => {
        if (search === 'errors') throw new Error('relation "products" does not exist');
        // Of clients too it may be asked whether they are there, before the answer comes.
        if (search === 'asks-first') await sendRequest({ method: 'ping' }, z.object({}));
        if (search === 'nothing') return { content: [] };
        if (search === 'blank') return { content: [{ type: 'text', text: ' ' }] };
        const hits = search === 'other' ? [] : [{ name: `green ${query}` }];
        return { content: [{ type: 'text', text: JSON.stringify({ hits }) }] };
      },
    );
  if (offers('place_order'))
    server.registerTool('place_order', { inputSchema: { sku: z.string() } }, ({ sku }) => ({
      content: [{ type: 'text', text: `ordered ${sku}` }],
    }));
  if (slow)
    server.server.setRequestHandler(ListToolsRequestSchema, async () => {
      await sleep(300);
      return {
        tools: ['search_products', 'place_order'].map((name) => ({ name, inputSchema: { type: 'object' } })),
      };
    });
  if (search === 'refuses')
    server.server.setRequestHandler(CallToolRequestSchema, () => {
      throw new McpError(-32603, 'relation "products" does not exist');
    });
  if (pages !== undefined)
    server.server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
      const page = Number(params?.cursor ?? 1);
      const names = params?.cursor === undefined ? ['search_products', 'place_order'] : [];
      return {
        tools: names.map((name) => ({ name, inputSchema: { type: 'object' as const } })),
        ...(page < pages && { nextCursor: String(pages === Infinity ? 2 : page + 1) }),
      };
    });
  if (list !== undefined) server.server.setRequestHandler(ListToolsRequestSchema, () => list as never);
  return server;
}

async function serve(
  tools: Tools = {},
  before?: (request: IncomingMessage, response: ServerResponse) => boolean,
) {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const id = request.headers['mcp-session-id'];
    let transport = sessions.get(String(id));
    if (transport === undefined) {
      transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: () => randomUUID(),
        enableJsonResponse: tools.json === true,
        onsessioninitialized: (session) =>
          void sessions.set(session, transport as StreamableHTTPServerTransport),
        onsessionclosed: (session) => void sessions.delete(session),
      });
      const server = toolServer(tools);
      servers.push(server);
      await server.connect(transport);
    }
    await transport.handleRequest(request, response);
  };
  shop = await listen((request, response) => {
    if (before?.(request, response) !== true) void answer(request, response);
  });
  return { sessions };
}

/** Answers everything in one way, as nothing that speaks the protocol does. */
async function serveBare(answer: Handler): Promise<void> {
  shop = await listen(answer);
}

async function look(over: Planned = {}, thirdParty = false): Promise<Finding> {
  const url = shop?.url ?? 'http://127.0.0.1:1';
  const probe = Probe.parse({
    kind: 'mcp',
    id: 'agents-connect',
    title: 'x',
    tools: ['search_products', 'place_order'],
    budgetMs: 20_000,
    ...over,
  }) as Extract<Probe, { kind: 'mcp' }>;
  const tools = {
    application: createHttpApplication(),
    urls: { app: url },
    control: createControl(undefined),
    rateLimitWaitMs: 0,
    ...(thirdParty && { thirdParties: new Set(['app']) }),
  };
  const target = Target.parse({
    name: 'shop',
    urls: { app: url },
    headers: { 'x-tenant': 'a' },
  });
  const finding = await probeFinding(probe.id, () => probeMcp(probe, tools, target));
  return thirdParty ? aboutThirdParty(finding) : finding;
}

const search = (over: Partial<NonNullable<Planned['call']>> = {}): Planned => ({
  call: { tool: 'search_products', arguments: { query: 'tea' }, ...over },
});
const hits = {
  schema: z.object({ hits: z.array(z.object({ name: z.string() })) }),
  expect: ({ body }: { body: unknown }) => [
    atLeast('hits', (body as { hits: readonly unknown[] }).hits.length, 1),
  ],
};

describe('a server of tools that is well', () => {
  test.each<[string, Tools, Planned]>([
    ['lists its tools', {}, {}],
    ['lists its tools slowly', { slow: true }, {}],
    ['lists its tools on several pages', { pages: 10 }, {}],
    ['and answers with JSON', { json: true }, search(hits)],
    ['and answers with a stream of events', {}, search(hits)],
    ['and asks whether the client is there before it answers', { search: 'asks-first' }, search(hits)],
    [
      'and is called although it may change data, which the plan calls harmless',
      {},
      { call: { tool: 'place_order', arguments: { sku: 'a' }, harmlessBecause: 'a test account' } },
    ],
  ])('passes: %s', async (_, tools, over) => {
    const { sessions } = await serve(tools);
    const finding = await look(over);
    expect(finding).toMatchObject({ outcome: 'pass' });
    expect(finding.summary).toContain('shop-tools 1.2.0, protocol 20');
    expect(sessions.size, 'sessions that were left').toBe(0);
  });

  test('is told of nothing that is cancelled, however slowly it answers', async () => {
    await serve({ slow: true });
    await look();
    expect(shop?.asked).toEqual(['POST /mcp', 'POST /mcp', 'POST /mcp', 'DELETE /mcp']);
  });

  test('gets the headers of the target and those of the probe with every request', async () => {
    const seen: (readonly [unknown, unknown])[] = [];
    await serve(
      {},
      ({ headers }) => void seen.push([headers['x-tenant'], headers['authorization']]) as never,
    );
    await look({ headers: { authorization: 'Bearer t-1' } });
    expect(seen.length).toBeGreaterThan(3);
    for (const one of seen) expect(one).toEqual(['a', 'Bearer t-1']);
  });
});

describe('a server of tools that is broken', () => {
  test.each<[string, Tools, Planned, string, RegExp]>([
    [
      'a tool is not listed',
      { without: ['place_order'] },
      {},
      'tool-missing',
      /tool place_order: not among the 1/,
    ],
    [
      'no tool is listed',
      { without: ['place_order', 'search_products'] },
      {},
      'protocol',
      /list of tools: MCP error -32601/,
    ],
    ['the list is empty', { list: { tools: [] } }, {}, 'tool-missing', /not among the 0 that are listed/],
    [
      'the list is none',
      { list: { tools: 'many' } },
      {},
      'protocol',
      /another shape than that of the protocol/,
    ],
    ['the list never ends', { pages: Infinity }, {}, 'protocol', /names itself as the next one/],
    [
      'the called tool is not listed',
      { without: ['search_products'] },
      { tools: [], ...search() },
      'tool-missing',
      /search_products/,
    ],
    [
      'the tool answers with an error',
      { search: 'errors' },
      search(),
      'tool-error',
      /an error: 34 characters of text/,
    ],
    ['its answer is another', { search: 'other' }, search(hits), 'comparison', /hits: 0, expected >= 1/],
    [
      'its answer has another shape',
      {},
      search({ schema: z.object({ total: z.number() }) }),
      'shape',
      /total/,
    ],
    [
      'its answer is another, in JSON',
      { search: 'other', json: true },
      search(hits),
      'comparison',
      /hits: 0/,
    ],
  ])('fails: %s', async (_, tools, over, cause, words) => {
    await serve(tools);
    const finding = await look(over);
    expect(finding).toMatchObject({ outcome: 'fail', cause });
    expect(finding.summary).toMatch(words);
    if (['tool-missing', 'tool-error', 'protocol'].includes(cause)) expect(finding.remedy).toBeTruthy();
  });

  test.each(['errors', 'refuses'] as const)(
    'tells the text of an error only where the plan lets it: %s',
    async (how) => {
      await serve({ search: how });
      expect(JSON.stringify(await look(search()))).not.toContain('relation');
      expect((await look(search({ showValues: true }))).summary).toContain(
        'relation "products" does not exist',
      );
    },
  );

  test.each<[string, Handler, string]>([
    ['answers nothing of the protocol', (_, response) => response.end('<h1>Shop</h1>'), 'protocol'],
    ['is not there', (_, response) => void response.writeHead(404).end('not found'), 'status'],
    ['is broken', (_, response) => void response.writeHead(500).end('oops'), 'status'],
    ['hangs up', (request) => void request.socket.destroy(), 'no-answer'],
    ['never answers', () => undefined, 'no-answer'],
    [
      'begins a stream of events and never answers in it',
      (_, response) =>
        void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': well\n\n'),
      'no-answer',
    ],
    [
      'ends a stream of events before it answers',
      (_, response) =>
        void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': well\n\n'),
      'protocol',
    ],
    [
      'ends a stream that could be taken up again, and gives no more',
      ({ method }, response) => {
        if (method === 'GET') return void response.writeHead(405).end();
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end('id: 1\nretry: 50\ndata:\n\n');
      },
      'no-answer',
    ],
    [
      'breaks off in the middle of its answer',
      (request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
        response.write('{"jsonrpc":', () => request.socket.destroy());
      },
      'body-cut-short',
    ],
    [
      'says that it knows no such method',
      (request, response) => {
        let sent = '';
        request.on('data', (chunk: Buffer) => (sent += chunk.toString()));
        request.on('end', () => {
          const { id } = JSON.parse(sent) as { id: number };
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end(
            JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'no such method' } }),
          );
        });
      },
      'protocol',
    ],
  ])('fails: it %s', async (_, answer, cause) => {
    await serveBare(answer);
    expect(await look({ budgetMs: 400 })).toMatchObject({ outcome: 'fail', cause });
  });

  test('fails where nobody listens', async () => {
    shop = undefined;
    expect(await look()).toMatchObject({ outcome: 'fail', cause: 'no-answer' });
  });
});

describe('what is not the fault of the server', () => {
  test.each<[string, number, Readonly<Record<string, string>>, string]>([
    ['our credentials are refused', 401, {}, 'not-let-in'],
    ['our credentials may not', 403, {}, 'not-let-in'],
    ['our rate is limited', 429, { 'retry-after': '600' }, 'rate-limited'],
  ])('is unknown: %s', async (_, status, headers, cause) => {
    await serveBare((_request, response) => void response.writeHead(status, headers).end());
    expect(await look()).toMatchObject({ outcome: 'unknown', cause });
  });

  test('is unknown: our rate is limited while the stream of the answer before is over', async () => {
    let asked = 0;
    await serve({}, (_, response) => {
      asked += 1;
      if (asked !== 2) return false;
      setTimeout(() => void response.writeHead(429, { 'retry-after': '600' }).end(), 300);
      return true;
    });
    expect(await look()).toMatchObject({ outcome: 'unknown', cause: 'rate-limited' });
  });

  test('is waited out where it says for how long', async () => {
    let asked = 0;
    await serve({}, (_, response) => {
      asked += 1;
      if (asked !== 1) return false;
      response.writeHead(429, { 'retry-after': '1' }).end();
      return true;
    });
    expect(await look()).toMatchObject({ outcome: 'pass' });
  });

  test.each<[string, Tools, Planned, string]>([
    [
      'nothing says that the tool only reads',
      {},
      { call: { tool: 'place_order', arguments: { sku: 'a' } } },
      'may-change-data',
    ],
    ['its list is longer than we read', { pages: 11 }, {}, 'list-too-long'],
    ['it gives nothing', { search: 'nothing' }, search(), 'empty-answer'],
    ['it gives a text without a word', { search: 'blank' }, search(), 'empty-answer'],
    [
      'a function of the plan breaks',
      {},
      search({ expect: () => [equal('x', (undefined as unknown as { y: number }).y, 1)] }),
      'expect-threw',
    ],
  ])('is unknown: %s', async (_, tools, over, cause) => {
    await serve(tools);
    expect(await look(over)).toMatchObject({ outcome: 'unknown', cause });
  });

  test('is unknown: it speaks a version of the protocol that our client does not', async () => {
    await serveBare((request, response) => {
      let sent = '';
      request.on('data', (chunk: Buffer) => (sent += chunk.toString()));
      request.on('end', () => {
        const { id } = JSON.parse(sent) as { id: number };
        const result = {
          protocolVersion: '2099-01-01',
          capabilities: {},
          serverInfo: { name: 'x', version: '1' },
        };
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
      });
    });
    expect(await look()).toMatchObject({ outcome: 'unknown', cause: 'protocol-version' });
  });

  test('is unknown: it is a third party that is broken', async () => {
    await serve({ without: ['place_order'] });
    expect(await look({}, true)).toMatchObject({ outcome: 'unknown', cause: 'third-party' });
  });
});

test('a plan that looks for nothing on the server is refused', () => {
  const plan = (probe: Planned) => () =>
    parsePlan({
      target: { name: 'shop', urls: { app: 'http://127.0.0.1:3000' } },
      probes: [{ kind: 'mcp', id: 'agents-connect', title: 'x', ...probe }],
    });
  expect(plan({})).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ path: 'probes[0].tools' })] }),
  );
  expect(plan(search())).not.toThrow();
});
