import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { equal, flow, holds, type Flow, type RequestSpec } from '../../../contract/index.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { walkFlow } from '../../../load/engines/flow-walk.ts';
import { listen, type Listening, runFlowOn } from './run-flow-on.ts';

// What is wrong in the plan says nothing about the target, and must not reach it.
let server: Listening;

beforeAll(async () => {
  server = await listen((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"id":7}');
  });
});
afterAll(() => server.close());

const sending = (spec: object): Flow =>
  flow('an-order-can-be-placed', { title: 'x' }).request('place', {
    request: () => spec as RequestSpec,
  });

describe('a request that would not go out as it was written', () => {
  test.each<[string, object, string, string]>([
    ['data', { method: 'POST', path: '/o', data: { a: 1 } }, '"data"', 'json'],
    ['body', { method: 'POST', path: '/o', body: '{"a":1}' }, '"body"', 'json'],
    ['params', { method: 'GET', path: '/o', params: { a: 1 } }, '"params"', 'query'],
    ['a misspelt key', { method: 'POST', path: '/o', jsno: {} }, '"jsno"', 'json'],
    ['two bodies', { method: 'POST', path: '/o', json: {}, text: 'x' }, 'json and text', 'one of'],
    ['a method in small letters', { method: 'post', path: '/o' }, '"post"', 'capitals'],
    ['a nested field of a form', { method: 'POST', path: '/o', form: { a: { b: 1 } } }, '"a"', 'text'],
    ['a list in a query', { method: 'GET', path: '/o', query: { a: [1, 2] } }, '"a"', 'text'],
    ['a header that is no text', { method: 'GET', path: '/o', headers: { a: undefined } }, '"a"', 'leave'],
    ['a promise in json', { method: 'POST', path: '/o', json: { a: Promise.resolve(1) } }, '"a"', 'value'],
    ['one name in path and query', { method: 'GET', path: '/o?a=1', query: { a: 2 } }, '"a"', 'query'],
    ['the same, encoded', { method: 'GET', path: '/o?%61=1', query: { a: 2 } }, '"a"', 'query'],
    ['a query behind a #', { method: 'GET', path: '/o#x', query: { a: 2 } }, '#', '%23'],
  ])('%s: unknown, named, and nothing is sent', async (_, spec, named, remedy) => {
    const before = server.asked.length;
    const finding = await runFlowOn(server.url, sending(spec));
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'flow-mistaken' });
    expect(finding.summary).toContain('step "place"');
    expect(finding.summary).toContain(named);
    expect(finding.remedy).toContain(remedy);
    expect(server.asked.length).toBe(before);
  });

  test.each<[string, object]>([
    ['a query beside another in the path', { method: 'GET', path: '/o?a=1', query: { b: 2 } }],
    ['fields that are left out', { method: 'GET', path: '/o?a=1', query: { a: undefined } }],
    ['json of any kind', { method: 'PUT', path: '/o', json: [1, null, 'x'] }],
    ['a DELETE with a body', { method: 'DELETE', path: '/o', json: { query: 'x' } }],
  ])('but %s goes out', async (_, spec) => {
    expect(await runFlowOn(server.url, sending(spec))).toMatchObject({ outcome: 'pass' });
  });

  test('under load the same is refused before anything is sent', () => {
    const walk = walkFlow({
      flow: sending({ method: 'POST', path: '/o', data: {} }),
      urls: { app: server.url },
      run: 'r',
      scope: () => 's',
      data: {},
      secret: () => '',
    });
    expect(() => walk.next()).toThrow(/unknown key "data"/);
  });
});

describe('an async function of a flow', () => {
  const start = flow('an-order-can-be-placed', { title: 'x' });
  const get = { request: () => ({ method: 'GET' as const, path: '/o' }) };
  const later = <T>(value: T): T => Promise.resolve(value) as T;
  test.each<[string, unknown]>([
    ['given', start.given(() => later({ a: 1 })).request('place', get)],
    ['given', start.given(() => ({ a: later(1) })).request('place', get)],
    ['request', start.request('place', { request: () => later(get.request()) })],
    ['capture', start.request('place', { ...get, capture: () => later({ a: 1 }) })],
    ['capture', start.request('place', { ...get, capture: () => ({ token: later('x') }) })],
    ['expect', start.request('place', { ...get, expect: () => later([equal('a', 1, 1)]) })],
    ['comparison "id"', start.request('place', { ...get, expect: () => [equal('id', later(7), 7)] })],
    ['comparison "is"', start.request('place', { ...get, expect: () => [holds('is', later(true), 1, 1)] })],
    ['creates', start.request('place', { ...get, creates: () => later({ kind: 'a', identity: 'b' }) })],
    [
      'capture',
      start.request('place', { ...get, capture: () => Promise.reject(new Error('lost')) as never }),
    ],
  ])('%s: unknown, named, with a remedy', async (named, made) => {
    const finding = await runFlowOn(server.url, made as Flow);
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'flow-mistaken' });
    expect(finding.summary).toContain(named);
    expect(finding.remedy).toMatch(/without async|resolves to/);
  });
});

describe('a key of a step or flow that nobody reads', () => {
  const get = { request: () => ({ method: 'GET' as const, path: '/' }) };
  test.each<[string, Flow]>([
    ['expects', flow('a', { title: 'x' }).request('s', { ...get, expects: () => [] } as never)],
    ['withinMs', flow('a', { title: 'x' }).request('s', { ...get, withinMs: 5 } as never)],
    ['phase', flow('a', { title: 'x', phase: ['canary'] } as never).request('s', get)],
  ])('%s is a problem of the plan', (key, made) => {
    const plan = { target: { name: 't', urls: { app: 'http://127.0.0.1:1' } }, flows: [made], policy: {} };
    expect(() => parsePlan(plan)).toThrow();
    try {
      parsePlan(plan);
    } catch (error) {
      expect(JSON.stringify((error as { problems: unknown }).problems)).toContain(key);
    }
  });
});
