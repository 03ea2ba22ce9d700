import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import pg from 'pg';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { readHeaders } from '../../../contract/plan/headers.ts';
import { resolveSecret } from '../../../safety/secrets.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { probeRls } from '../../../suites/probes/rls-probe.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { type JsonServer, planOf, startJson, toolsOf } from './look-at.ts';
import { allStarted } from '../../all-started.ts';

type Over = Readonly<Record<string, unknown>>;

let cluster: TestCluster;
let server: JsonServer;
let database: string;
/** Rows of each path, as the API shows them to whom the header names. */
let api: Record<string, Record<string, readonly number[] | undefined>>;

beforeAll(async () => {
  [cluster, server] = await allStarted([startCluster(), startJson()]);
  database = await cluster.database(
    'shop',
    `create role authenticated; create role reader login; grant authenticated to reader;
     create table orders(id int primary key, owner text); insert into orders values (1, 'ann'), (2, 'ann'), (3, 'bob');
     create table notes(id int primary key, owner text); insert into notes values (10, 'ann');
     grant select on orders, notes to authenticated;
     alter table orders enable row level security; alter table notes enable row level security;
     create policy own on orders using (owner = current_setting('request.jwt.claims', true)::json->>'sub');
     create policy own on notes using (owner = current_setting('request.jwt.claims', true)::json->>'sub')`,
  );
  database = cluster.url('shop', 'reader');
});
afterAll(() => Promise.all([cluster.stop(), server.close()]));
beforeEach(() => {
  api = { '/orders': { ann: [1, 2], bob: [3] }, '/notes': { ann: [10], bob: undefined } };
  server.answer = ({ url = '', headers }) => {
    const seen = api[url]?.[String(headers['x-user'])];
    return seen === undefined ? [403, {}] : [200, { data: seen.map((id) => ({ id })) }];
  };
});

const role = (name: string): Over => ({
  name,
  role: 'authenticated',
  settings: { 'request.jwt.claims': JSON.stringify({ sub: name }) },
  headers: { 'x-user': name },
});
const endpoints = [
  { path: '/orders', list: 'data', sql: 'select id from orders' },
  { path: '/notes', list: 'data', sql: 'select id from notes' },
];

async function look(over: Over = {}, url = database): Promise<Finding> {
  const probe = { database: 'main', roles: [role('ann'), role('bob')], endpoints, ...over };
  const { plan, probe: one } = planOf('rls', probe, { urls: { app: server.url }, databases: { main: url } });
  return probeFinding('the-check', () =>
    probeRls(one, toolsOf(plan), plan.target, async ({ headers }) => readHeaders(headers, resolveSecret)),
  );
}

test('the same rows for everybody; a refusal where there is nothing to see is the same', async () => {
  expect(await look()).toMatchObject({ outcome: 'pass', sampleSize: 4 });
});

test('a row that only the API shows is named', async () => {
  api['/orders'] = { ann: [1, 2, 3], bob: [3] };
  expect(await look()).toMatchObject({
    outcome: 'fail',
    cause: 'rows-seen-differ',
    measured: 'only through the API: 3',
  });
});

test('a row that only the database shows is named', async () => {
  api['/orders'] = { ann: [2], bob: [3] };
  expect(await look()).toMatchObject({ outcome: 'fail', measured: 'only in the database: 1' });
});

test('a table without a policy shows more than the API', async () => {
  await cluster.run('shop', 'alter table orders disable row level security');
  try {
    expect(await look()).toMatchObject({ outcome: 'fail', measured: 'only in the database: 3' });
  } finally {
    await cluster.run('shop', 'alter table orders enable row level security');
  }
});

test.each<[string, Over]>([
  ['a cursor', { nextCursor: 'abc' }],
  ['a total', { total: 9 }],
  ['a link', { links: { next: '/orders?page=2' } }],
])('a page that is told by %s is compared with nothing', async (_what, more) => {
  const before = server.answer;
  server.answer = (request, body) => {
    const [status, said] = before(request, body);
    return [status, { ...(said as Over), ...more }];
  };
  api['/orders'] = { ann: [1], bob: [3] };
  expect(await look()).toMatchObject({ outcome: 'unknown', cause: 'only-a-page' });
  const whole = endpoints.map((one) => ({ ...one, whole: true }));
  expect(await look({ endpoints: whole })).toMatchObject({ outcome: 'fail', cause: 'rows-seen-differ' });
});

test('an endpoint that cannot be told hides no row that another one shows', async () => {
  const before = server.answer;
  server.answer = (request, body) => (request.url === '/notes' ? [500, {}] : before(request, body));
  expect(await look()).toMatchObject({ outcome: 'unknown', cause: 'not-let-in' });
  api['/orders'] = { ann: [1, 2, 3], bob: [3] };
  expect(await look()).toMatchObject({ outcome: 'fail', measured: 'only through the API: 3' });
  // One that refuses may do so for what is wrong with the role, as the other one does.
  api['/orders'] = { ann: undefined, bob: [3] };
  expect(await look()).toMatchObject({ outcome: 'unknown' });
});

test.each<[string, string, readonly number[], Over]>([
  ['as many as it asks for', '/orders?limit=1', [1], { outcome: 'unknown', cause: 'only-a-page' }],
  [
    'fewer than it asks for',
    '/orders?limit=2',
    [1],
    { outcome: 'fail', measured: 'only in the database: 2' },
  ],
  ['all of them, as it asks for', '/orders?limit=2', [1, 2], { outcome: 'pass' }],
  [
    'as many, and one that is not theirs',
    '/orders?limit=1',
    [3],
    { outcome: 'fail', measured: 'only through the API: 3; only in the database: 1, 2' },
  ],
])('a list that tells nothing of more, and gives %s', async (_what, path, ids, expected) => {
  api[path] = { ann: ids };
  const one = { path, list: 'data', sql: 'select id from orders' };
  expect(await look({ roles: [role('ann')], endpoints: [one] })).toMatchObject(expected);
  if (expected['outcome'] !== 'unknown') return;
  const whole = { ...one, whole: true };
  expect(await look({ roles: [role('ann')], endpoints: [whole] })).toMatchObject({ outcome: 'fail' });
});

test('ids beyond what a number of JavaScript holds are told apart', async () => {
  await cluster.run(
    'shop',
    `create table parcels(id bigint primary key); insert into parcels values (9007199254740993);
     grant select on parcels to authenticated`,
  );
  const parcels = { path: '/parcels', sql: 'select id from parcels' };
  const says = (id: string) => (server.answer = () => [200, `[{"id":${id}}]`]);
  says('9007199254740993');
  expect(await look({ roles: [role('ann')], endpoints: [parcels] })).toMatchObject({ outcome: 'pass' });
  says('9007199254740992');
  expect(await look({ roles: [role('ann')], endpoints: [parcels] })).toMatchObject({
    outcome: 'fail',
    measured: 'only through the API: 9007199254740992; only in the database: 9007199254740993',
  });
});

test('rows that come while it looks are nobody’s fault', async () => {
  const client = new pg.Client(cluster.url('shop'));
  await client.connect();
  const before = server.answer;
  let came = false;
  server.answer = (request, body) => {
    const answer = before(request, body);
    if (!came && request.url === '/orders') {
      came = true;
      // The answer was made before the row is there.
      void client.query(`insert into orders values (4, 'ann')`);
    }
    return answer;
  };
  try {
    expect(await look()).toMatchObject({ outcome: 'pass' });
  } finally {
    await client.query('delete from orders where id = 4');
    await client.end();
  }
});

test.each<[string, () => Over, string]>([
  [
    'a role that is refused everywhere',
    () => ({ roles: [role('ann'), { ...role('bob'), headers: { 'x-user': 'expired' } }] }),
    'refused-everywhere',
  ],
  ['nobody who sees anything', () => ({ roles: [role('nobody')] }), 'nothing-to-see'],
  [
    'a role that the database does not know',
    () => ({ roles: [{ ...role('ann'), role: 'ghost' }] }),
    'database-unavailable',
  ],
  ['another shape', () => ({ endpoints: [{ ...endpoints[0], list: 'rows' }] }), 'state-unreadable'],
  [
    'an answer of 401',
    () => {
      server.answer = () => [401, {}];
      return {};
    },
    'not-let-in',
  ],
])('%s is unknown', async (_, over, cause) => {
  expect(await look(over())).toMatchObject({ outcome: 'unknown', cause });
});

test('whom no policy holds proves nothing, unless the plan means somebody beside them', async () => {
  const everything = [1, 2, 3];
  api['/orders'] = { ...api['/orders'], root: everything };
  api['/notes'] = { ...api['/notes'], root: [10] };
  const superuser = cluster.url('shop');
  const { role: _role, ...ofAddress } = role('root');
  const bypassed = { outcome: 'unknown', cause: 'policies-bypassed' };
  expect(await look({ roles: [ofAddress] }, superuser)).toMatchObject(bypassed);
  const root = { ...role('root'), role: 'app' };
  expect(await look({ roles: [root] }, superuser)).toMatchObject(bypassed);
  expect(await look({ roles: [root, role('ann')] }, superuser)).toMatchObject({ outcome: 'pass' });
});

test('a row that one role sees too much is not hidden by another that cannot be told', async () => {
  api['/orders'] = { ann: [1, 2, 3] };
  const roles = [{ ...role('bob'), headers: { 'x-user': 'expired' } }, role('ann')];
  expect(await look({ roles })).toMatchObject({ outcome: 'fail', measured: 'only through the API: 3' });
});
