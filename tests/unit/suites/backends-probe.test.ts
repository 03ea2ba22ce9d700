import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { Probe } from '../../../contract/plan/probe.ts';
import { TargetUnreachable } from '../../../contract/ports/application.ts';
import { answersToSeeAll } from '../../../contract/statistics/sightings.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { createControl } from '../../../suites/control.ts';
import { probeFinding, type ProbeTools } from '../../../suites/probe-finding.ts';
import { probeBackends } from '../../../suites/probes/backends-probe.ts';
import { listen, type Listening } from './run-flow-on.ts';

type Given = Readonly<Record<string, unknown>>;
interface Node {
  readonly name?: string | undefined;
  readonly status?: number;
  readonly release?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

const ends: (() => unknown)[] = [];
afterEach(() => Promise.all(ends.splice(0).map((end) => end())));

const four = (...more: readonly Node[]): readonly Node[] =>
  ['a', 'b', 'c', 'd'].map((name, at) => ({ name, release: '2.4.0', ...more[at] }));

/** A front that hands each new connection to another node. @param turn which one the n-th connection gets */
async function front(
  nodes: readonly Node[],
  turn: (connection: number) => number = (connection) => connection % nodes.length,
): Promise<Listening> {
  const nodeOf = new WeakMap<object, Node>();
  let connections = 0;
  const listening = await listen((request, response) => {
    const node = nodeOf.get(request.socket) ?? nodes[turn(connections++)] ?? {};
    nodeOf.set(request.socket, node);
    const { name, status = 200, release } = node;
    response
      .writeHead(status, {
        'content-type': 'application/json',
        ...(name && { 'x-served-by': name, 'set-cookie': `node=${name}; Path=/; HttpOnly` }),
        ...node.headers,
      })
      .end(JSON.stringify({ host: name && { id: name }, version: release }));
  });
  ends.push(() => listening.close());
  return listening;
}

function look(
  url: string,
  over: Given = {},
  by: Partial<ProbeTools> & { wanted?: string } = {},
): Promise<Finding> {
  const probe = Probe.parse({
    kind: 'backends',
    id: 'nodes',
    title: 'x',
    by: { header: 'X-Served-By' },
    nodes: 4,
    ...over,
  }) as Extract<Probe, { kind: 'backends' }>;
  const { wanted, ...more } = by;
  const tools = {
    application: createHttpApplication(),
    urls: { app: url },
    control: createControl(undefined),
    ...more,
  };
  return probeFinding('nodes', () => probeBackends(probe, tools, undefined, wanted));
}

test('how many answers show every node', () => {
  // By the exact sum of inclusion and exclusion; Boole's inequality asks for no fewer.
  const unseen = (nodes: number, answers: number): number => {
    let sum = 0;
    let choose = 1;
    for (let left = 1; left <= nodes; left += 1) {
      choose = (choose * (nodes - left + 1)) / left;
      sum += (left % 2 === 1 ? 1 : -1) * choose * (1 - left / nodes) ** answers;
    }
    return sum;
  };
  expect([1, 2, 4, 10].map((nodes) => answersToSeeAll(nodes))).toEqual([1, 8, 21, 66]);
  for (const nodes of [2, 3, 4, 7, 20]) {
    const enough = answersToSeeAll(nodes);
    expect(unseen(nodes, enough)).toBeLessThanOrEqual(0.01);
    expect(unseen(nodes, enough - 2)).toBeGreaterThan(0.01);
  }
});

describe('nodes behind one address', () => {
  test.each<Given>([
    { by: { header: 'x-served-by' } },
    { by: { pointer: '/host/id' } },
    { by: { cookie: 'node' } },
  ])('all well, told apart by %o', async (over) => {
    const shop = await front(four());
    const finding = await look(shop.url, { ...over, release: { pointer: '/version' } });
    expect(finding, finding.summary).toMatchObject({ outcome: 'pass', sampleSize: 21 });
    expect(finding.summary).toBe(
      '21 new connections reached 4 of 4 nodes, all of them well (21 show each of 4 with 99 %)',
    );
    expect(shop.asked).toHaveLength(21);
  });

  test('one bad node of four is named, with its share and its interval, however connections fall', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      let state = seed * 7919;
      const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
      const shop = await front(four({}, {}, { status: 500 }), () => Math.floor(random() * 4));
      const finding = await look(shop.url);
      expect(finding).toMatchObject({ outcome: 'fail', cause: 'node-fails' });
      expect(finding.summary).toMatch(
        /^node c: (\d+) of its \1 answers are wrong \(\1 x 500\); \d+ % of all answers \(95 %: \d+ % to \d+ %\)/,
      );
    }
  });

  test('a node that fails now and then', async () => {
    let count = 0;
    const shop = await front(four(), () => 0);
    await shop.close();
    const flaky = await listen((_request, response) => {
      count += 1;
      response
        .writeHead(count === 9 ? 502 : 200, count === 9 ? {} : { 'x-served-by': 'abcd'[count % 4] ?? '' })
        .end();
    });
    ends.push(() => flaky.close());
    const finding = await look(flaky.url);
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'node-fails' });
    expect(finding.summary).toMatch(
      /^node somebody at 127\.0\.0\.1: 1 of its 1 answers are wrong \(1 x 502\)/,
    );
  });

  test('another release on one of them', async () => {
    const shop = await front(four({}, { release: '2.3.9' }));
    const over = { release: { pointer: '/version' } };
    const among = await look(shop.url, over);
    expect(among).toMatchObject({ outcome: 'fail', cause: 'other-release', expected: '2.4.0, as most' });
    expect(among.summary).toMatch(/^release of node b: 2\.3\.9, \d+ % of all answers/);
    expect(await look(shop.url, over, { wanted: '2.3.9' })).toMatchObject({ cause: 'other-release' });
    const same = await front(four());
    expect((await look(same.url, over, { wanted: '2.4.0' })).outcome).toBe('pass');
    const unlike = await look(
      same.url,
      { release: { pointer: '/version', is: '2.5.0' } },
      { wanted: '2.4.0' },
    );
    expect(unlike).toMatchObject({ cause: 'other-release', expected: '2.5.0' });
  });

  test('one is missing: said only when far more answers than are needed did not show it', async () => {
    const shop = await front(four().slice(0, 3));
    const finding = await look(shop.url);
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'nodes-missing' });
    expect(shop.asked).toHaveLength(answersToSeeAll(4, 0.999_999));
    expect(finding.summary).toBe('nodes: 3 seen by 53 connections, expected >= 4');
    // Seen late, by chance: nothing is missing.
    const late = await front(four(), (connection) => (connection < 30 ? connection % 3 : 3));
    expect((await look(late.url)).outcome).toBe('pass');
  });

  test('more nodes than planned want more answers, and what differs in each answer names no node', async () => {
    const five = [...four(), { name: 'e' }];
    const shop = await front(five);
    const finding = await look(shop.url);
    expect(finding, finding.summary).toMatchObject({ outcome: 'pass', sampleSize: answersToSeeAll(5) });
    expect(await look(shop.url, { connections: 21 })).toMatchObject({ cause: 'too-few-connections' });
    let count = 0;
    const one = await listen((_request, response) => {
      response.writeHead(200, { 'x-served-by': `request-${(count += 1)}` }).end();
    });
    ends.push(() => one.close());
    const numbered = await look(one.url);
    expect(numbered).toMatchObject({ outcome: 'unknown', cause: 'too-few-connections', sampleSize: 0 });
    expect(one.asked).toHaveLength(21);
  });

  test('too few connections to know', async () => {
    const shop = await front(four());
    const few = await look(shop.url, { connections: 20 });
    expect(few).toMatchObject({ outcome: 'unknown', cause: 'too-few-connections' });
    expect(few.summary).toBe('20 connections reached 4 of 4 nodes; 21 are needed to see each of 4 with 99 %');
    const three = await front(four().slice(0, 3));
    expect(await look(three.url, { connections: 30 })).toMatchObject({ cause: 'too-few-connections' });
    // What was seen to be wrong is wrong, with however few.
    const bad = await front(four({ status: 500 }));
    expect(await look(bad.url, { connections: 4 })).toMatchObject({ outcome: 'fail', cause: 'node-fails' });
  });

  test('a balancer that keeps us at one node', async () => {
    const shop = await front(four(), () => 0);
    expect(await look(shop.url, { spreads: false })).toMatchObject({
      outcome: 'unknown',
      cause: 'kept-at-one-node',
    });
    expect(await look(shop.url)).toMatchObject({ outcome: 'fail', cause: 'nodes-missing' });
  });
});

describe('our side', () => {
  test('answers that do not say who gave them', async () => {
    const shop = await front(four({}, { name: undefined }));
    expect(await look(shop.url)).toMatchObject({ outcome: 'unknown', cause: 'node-not-named' });
  });

  test('answers that do not say which release they are of', async () => {
    const shop = await front(four());
    const given = { release: { pointer: '/commit' } };
    for (const by of [{}, { wanted: '2.4.0' }])
      expect(await look(shop.url, given, by)).toMatchObject({
        outcome: 'unknown',
        cause: 'release-not-named',
      });
    const three = await front(four({}, { release: undefined }));
    expect(await look(three.url, { release: { pointer: '/version' } })).toMatchObject({
      outcome: 'fail',
      cause: 'other-release',
    });
  });

  test('a limit or a protection service in front of all of them', async () => {
    const limit = await front(four({}, {}, { status: 429, headers: { 'retry-after': '9' } }));
    expect(await look(limit.url)).toMatchObject({ outcome: 'unknown', cause: 'rate-limited' });
    const challenge = await front(four({}, { status: 403, headers: { 'cf-mitigated': 'challenge' } }));
    expect(await look(challenge.url)).toMatchObject({ outcome: 'unknown', cause: 'challenge-page' });
    const starting = await front(four({}, { status: 503, headers: { 'retry-after': '9' } }));
    expect(await look(starting.url)).toMatchObject({ outcome: 'fail', cause: 'node-fails' });
  });

  test.each([401, 403])(
    'credentials that no node takes (%i), and one node that takes none',
    async (status) => {
      const refused = await front(four().map((node) => ({ ...node, status })));
      const finding = await look(refused.url, { headers: { authorization: 'Bearer expired' } });
      expect(finding).toMatchObject({ outcome: 'unknown', cause: 'not-let-in' });
      expect(finding.remedy).toContain('renew the credentials');
      // Those that others take are well: then it is the node.
      const one = await front(four({}, { status }));
      expect(await look(one.url)).toMatchObject({ outcome: 'fail', cause: 'node-fails' });
      const mixed = await front(four({ status: 500 }, { status }, { status }, { status }));
      expect(await look(mixed.url)).toMatchObject({ outcome: 'fail', cause: 'node-fails' });
    },
  );

  test('a redirect of all nodes says where it leads; that of one is its fault', async () => {
    const status = 301;
    const headers = { location: '/health/?token=secret-1' };
    const all = await front(four().map((node) => ({ ...node, status, headers })));
    const finding = await look(all.url, { path: '/health' });
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'redirected' });
    expect(finding.summary).toContain(`the last one to ${all.url}/health/,`);
    expect(await look(all.url, { status })).toMatchObject({ outcome: 'pass' });
    const one = await front(four({}, { status, headers }));
    expect(await look(one.url)).toMatchObject({ outcome: 'fail', cause: 'node-fails' });
  });

  test.each([
    ['answers', 'fail'],
    ['silent', 'unknown'],
  ] as const)('a closed port while the control address %s: %s', async (said, outcome) => {
    const shop = await front(four());
    const { url } = shop;
    await shop.close();
    ends.length = 0;
    const finding = await look(url, {}, { control: { ask: async () => said, answer: said } });
    expect(finding.outcome).toBe(outcome);
  });

  test('an address to which this machine has no way is left out', async () => {
    const shop = await front(four());
    const probe = Probe.parse({
      kind: 'backends',
      id: 'nodes',
      title: 'x',
      by: { header: 'x-served-by' },
      nodes: 4,
      addresses: ['127.0.0.1', '2001:db8::1'],
    }) as Extract<Probe, { kind: 'backends' }>;
    const tools = {
      application: createHttpApplication(),
      urls: { app: shop.url },
      control: createControl(undefined),
    };
    const finding = await probeFinding('nodes', () =>
      probeBackends(probe, tools, (address) =>
        address === '127.0.0.1'
          ? createHttpApplication({ freshAt: address })
          : { send: () => Promise.reject(new TargetUnreachable('no-route', 'ENETUNREACH')) },
      ),
    );
    expect(finding, finding.summary).toMatchObject({ outcome: 'pass', sampleSize: 21 });
  });
});

const haproxy = spawnSync('haproxy', ['-v']).status === 0;

describe.skipIf(!haproxy)('behind a real HAProxy', () => {
  /** HAProxy in front of four nodes, of which one may be bad. */
  async function balanced(nodes: readonly Node[], how = 'random'): Promise<string> {
    const ports: number[] = [];
    for (const { status = 200, release } of nodes) {
      const server: Server = createServer((_request, response) =>
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(JSON.stringify({ version: release })),
      );
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      ports.push((server.address() as AddressInfo).port);
      ends.push(() => new Promise((done) => (server.closeAllConnections(), server.close(done))));
    }
    const free = createServer();
    await new Promise<void>((done) => free.listen(0, '127.0.0.1', done));
    const { port } = free.address() as AddressInfo;
    await new Promise((done) => free.close(done));
    const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-haproxy-'));
    ends.push(() => rmSync(directory, { recursive: true, force: true }));
    const file = path.join(directory, 'haproxy.cfg');
    writeFileSync(
      file,
      `defaults
  mode http
  timeout connect 2s
  timeout client 5s
  timeout server 5s
frontend shop
  bind 127.0.0.1:${port}
  default_backend nodes
backend nodes
  balance ${how}
  http-response set-header x-served-by %s
  cookie SRV insert indirect nocache
${ports.map((one, at) => `  server ${nodes[at]?.name} 127.0.0.1:${one} cookie ${nodes[at]?.name}`).join('\n')}
`,
    );
    const child = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
    const ended = new Promise((done) => child.once('exit', done));
    ends.push(() => (child.kill('SIGKILL'), ended));
    const url = `http://127.0.0.1:${port}`;
    for (let tries = 0; tries < 200 && !(await answers(url)); tries += 1)
      await new Promise((done) => setTimeout(done, 25));
    return url;
  }

  const answers = (url: string): Promise<boolean> =>
    new Promise((resolve) => {
      ask(url, (answer) => (answer.resume(), resolve(true)))
        .on('error', () => resolve(false))
        .end();
    });

  test('four good nodes pass; a bad one, an old one and one that is taken out are found', async () => {
    const over = { release: { pointer: '/version' } };
    const good = await look(await balanced(four()), over);
    expect(good, good.summary).toMatchObject({ outcome: 'pass' });
    const bad = await look(await balanced(four({}, {}, {}, { status: 500 })), over);
    expect(bad).toMatchObject({ outcome: 'fail', cause: 'node-fails' });
    expect(bad.summary).toContain('node d');
    const old = await look(await balanced(four({ release: '2.3.9' })), over);
    expect(old).toMatchObject({ outcome: 'fail', cause: 'other-release' });
    const three = await look(await balanced(four().slice(0, 3)), over);
    expect(three).toMatchObject({ outcome: 'fail', cause: 'nodes-missing' });
  });

  test('its own cookie tells the nodes apart, and balancing by our address is no missing node', async () => {
    const cookie = await look(await balanced(four()), { by: { cookie: 'SRV' } });
    expect(cookie, cookie.summary).toMatchObject({ outcome: 'pass' });
    const source = await balanced(four(), 'source');
    expect(await look(source, { spreads: false })).toMatchObject({ cause: 'kept-at-one-node' });
  });
});
