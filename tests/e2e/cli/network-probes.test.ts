import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import {
  a,
  type NameServerStandIn,
  startNameServer,
  zone,
} from '../../unit/suites/dns/name-server-stand-in.ts';
import { type CliProject, cliProject, greenlight, probe } from '../project.ts';

const GUARDED = Array.from({ length: 20 }, (_, at) => `guarded-${at + 1}`);

/** What is wrong with the shop. */
interface Faults {
  readonly badNode?: boolean;
  readonly noLimit?: boolean;
  readonly ungated?: string;
  readonly ttl?: number;
}

let faults: Faults = {};
let asked: string[] = [];
let limitedUntil = 0;
let server: Server;
let names: NameServerStandIn;
let project: CliProject;

beforeAll(async () => {
  let connections = 0;
  const nodeOf = new WeakMap<object, string>();
  let taken = 0;
  server = createServer((request, response) => {
    const { url = '/', headers, socket } = request;
    asked.push(url);
    const node = nodeOf.get(socket) ?? `node-${(connections++ % 4) + 1}`;
    nodeOf.set(socket, node);
    const answer = (status: number, body = '', more: Readonly<Record<string, string>> = {}): void =>
      void response.writeHead(status, { 'x-served-by': node, ...more }).end(body);
    if (url === '/node') return answer(faults.badNode === true && node === 'node-3' ? 500 : 200, 'well');
    if (url === '/limited') {
      if (Date.now() >= limitedUntil && limitedUntil > 0) [taken, limitedUntil] = [0, 0];
      taken += 1;
      if (taken <= 4 || faults.noLimit === true) return answer(200);
      limitedUntil ||= Date.now() + 900;
      return answer(429, '', { 'retry-after': '1' });
    }
    if (url === '/log-in')
      return answer(200, JSON.stringify({ token: headers['x-who'], order: 7 }), {
        'content-type': 'application/json',
      });
    if (url === '/orders/7') return answer(headers.authorization === 'ada' ? 200 : 403, 'order 7 of ada');
    if (url.startsWith('/guarded-')) return answer(url === faults.ungated ? 200 : 401, 'secret plans');
    return answer(url === '/' ? 200 : 404, 'hello');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  names = await startNameServer((question, over) =>
    zone([a('shop.test', '192.0.2.1', faults.ttl ?? 300)])(question, over),
  );
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const logIn = (who: string): string =>
    `flow('${who}-logs-in', { title: 'x', check: false }).request('log-in', {
       request: () => ({ method: 'GET', path: '/log-in', headers: { 'x-who': '${who}' } }),
       capture: ({ body }) => ({ headers: { authorization: body.token }, order: body.order }) })`;
  project = cliProject(
    url,
    `flows: [${logIn('ada')}, ${logIn('bob')}],
     probes: [
       ${probe('home-answers')},
       { kind: 'rate-limit', id: 'rate-is-limited', title: 'The rate is limited', path: '/limited' },
       { kind: 'dns', id: 'dns-can-move', title: 'DNS can move', name: 'shop.test', ttlAtMost: 300,
         servers: [{ address: '${names.address}', port: ${names.port} }], expect: { addresses: ['192.0.2.1'] } },
       { kind: 'backends', id: 'nodes-are-well', title: 'All nodes are well', path: '/node',
         by: { header: 'x-served-by' }, nodes: 4 },
       { kind: 'open', id: 'orders-of-others', title: 'Orders are their own',
         visitors: [{ name: 'ada', logIn: 'ada-logs-in' }, { name: 'bob', logIn: 'bob-logs-in' }],
         others: [{ path: '/orders/{order}', owner: 'ada', other: 'bob' }] },
       ...${JSON.stringify(GUARDED)}.map((id) => ({ kind: 'open', id, title: id, refused: ['/' + id], severity: 'advisory' })),
     ],
     policy: { default: { groups: [{ id: 'security-smoke', title: 'Security smoke > 95 %',
       checks: ${JSON.stringify(GUARDED)}, minimumRatio: 0.95, strictly: true, minimumCount: 20 }] } },`,
  );
});
afterAll(async () => {
  project.remove();
  await names.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

async function run(wrong: Faults) {
  faults = wrong;
  asked = [];
  limitedUntil = 1;
  const { code, err } = await greenlight(project.directory, ['run']);
  const file = path.join(project.directory, 'greenlight-report/verdict.json');
  const verdict = Verdict.parse(JSON.parse(readFileSync(file, 'utf8')));
  const stateOf = (id: string) => verdict.checks.find((check) => check.id === id);
  return { code, err, verdict, stateOf };
}

test('names, nodes, limits and what stands open: a clean run, and one in which all of it is wrong', async () => {
  const clean = await run({});
  expect(clean.code, clean.err).toBe(0);
  expect(clean.verdict.groups).toMatchObject([{ passed: 20, of: 20, state: 'passed' }]);
  // The limit is used up after all others were asked.
  expect(asked.indexOf('/limited')).toBeGreaterThan(asked.findLastIndex((one) => one !== '/limited'));
  expect(asked.filter((one) => one === '/node')).toHaveLength(21);

  const broken = await run({ badNode: true, noLimit: true, ungated: '/guarded-7', ttl: 3600 });
  expect(broken.code, broken.err).toBe(10);
  expect(broken.stateOf('dns-can-move')).toMatchObject({ state: 'failed', cause: 'ttl' });
  expect(broken.stateOf('nodes-are-well')).toMatchObject({ state: 'failed', cause: 'node-fails' });
  expect(broken.stateOf('nodes-are-well')?.summary).toContain('node-3');
  expect(broken.stateOf('rate-is-limited')).toMatchObject({ state: 'failed', cause: 'no-limit' });
  expect(broken.stateOf('guarded-7')).toMatchObject({ state: 'failed', cause: 'lets-anybody-in' });
  expect(broken.stateOf('orders-of-others')?.state).toBe('passed');
  expect(broken.verdict.groups).toMatchObject([{ passed: 19, of: 20, state: 'failed' }]);
  // Nothing that is only wrong with the group's share can hide behind the others.
  const only = await run({ ungated: '/guarded-7' });
  expect(only.code, only.err).toBe(10);
  expect(only.verdict.reasons.join('\n')).toContain('Group security-smoke: 19 of 20 passed; more than 95 %');
});
