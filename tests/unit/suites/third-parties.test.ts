import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { placeOf, placesOf } from '../../../contract/plan/addresses.ts';
import { atMost, flow, type Flow } from '../../../contract/index.ts';
import { EVENTS } from '../../../contract/events/table.ts';
import { credentialProblems } from '../../../contract/plan/credential-problems.ts';
import { parsePlan, type PlanInput } from '../../../contract/plan/plan.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { targetApplication } from '../../../suites/target-application.ts';
import { listen, type Listening, runFlowOn } from './run-flow-on.ts';

let target: Listening;
let tracker: Listening;
let answer: { status: number; body: string; late?: boolean; cut?: boolean; after?: string };
let asked = 0;

beforeAll(async () => {
  target = await listen((_request, response) => response.end('{}'));
  tracker = await listen((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.headers['x-token'] !== 'abc') response.statusCode = 403;
    else response.statusCode = answer.status;
    asked += 1;
    if (answer.after !== undefined && asked === 1) {
      response.statusCode = 429;
      response.setHeader('retry-after', answer.after);
    }
    if (answer.cut === true) request.socket.destroy();
    else if (answer.late !== true) response.end(answer.body);
  });
});
afterAll(async () => {
  await target.close();
  await tracker.close();
});

const planOf = (over: Partial<PlanInput['target']> = {}) =>
  parsePlan({
    target: {
      name: 't',
      urls: { app: target.url },
      thirdParties: { tracker: { url: tracker.url, headers: { 'x-token': 'abc' } } },
      ...over,
    },
    probes: [{ id: 'pages-answer', title: 'x', kind: 'endpoints', paths: ['/'] }],
  });

/** The cut-over brought no new errors, says an error tracker. */
const fewErrors = flow('errors-are-few', { title: 'x' })
  .request('home', { request: () => ({ method: 'GET', path: '/' }) })
  .request('count', {
    request: () => ({ method: 'GET', path: '/count', endpoint: 'tracker' }),
    expect: ({ body }) => [atMost('new errors', (body as { errors: number }).errors, 3)],
  }) as Flow;

const ask = (over: { tracker?: string; flow?: Flow; budgetMs?: number } = {}) => {
  const plan = planOf();
  const places = { app: target.url, tracker: over.tracker ?? tracker.url };
  asked = 0;
  const thirdParties = { tracker: { url: places.tracker, headers: { 'x-token': 'abc' } } };
  return runFlowOn(target.url, over.flow ?? fewErrors, {
    urls: places,
    ...(over.budgetMs === undefined ? {} : { budgetMs: over.budgetMs }),
    thirdParties: new Set(['tracker']),
    application: targetApplication(createHttpApplication(), { ...plan.target, thirdParties }),
  });
};

describe('a third party that is away', () => {
  test.each<[string, typeof answer]>([
    ['answers 500', { status: 500, body: '{}' }],
    ['answers 503', { status: 503, body: 'maintenance' }],
    ['limits our rate', { status: 429, body: '{}' }],
    ['does not know us', { status: 401, body: '{}' }],
    ['has moved', { status: 404, body: '{}' }],
    ['limits our rate for an hour', { status: 200, body: '{}', after: '3600' }],
    ['sends what it does not declare', { status: 200, body: '<html>' }],
    ['shows a challenge', { status: 403, body: '<p>Incapsula incident ID: 1-2</p>' }],
    ['is late', { status: 200, body: '{"errors":0}', late: true }],
    ['hangs up', { status: 200, body: '', cut: true }],
  ])('%s: unknown, named, never the fault of the target', async (_, given) => {
    answer = given;
    const finding = await ask(given.late === true ? { budgetMs: 300 } : {});
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'third-party' });
    expect(finding.summary).toContain('tracker');
    expect(finding.remedy).toContain('it says nothing about the target');
  });

  test.each<[string, (typeof answer)['status'], string]>([
    ['does not know us', 401, EVENTS['not-let-in'].remedy],
    ['has moved', 404, EVENTS['wrong-status'].remedy],
    ['limits our rate', 429, EVENTS['rate-limited'].remedy],
  ])('%s: the remedy is that of the table', async (_, status, remedy) => {
    answer = { status, body: '{}' };
    expect((await ask()).remedy).toContain(remedy);
  });

  test('limits our rate for a moment: it is waited for as told', async () => {
    answer = { status: 200, body: '{"errors":2}', after: '0' };
    expect(await ask()).toMatchObject({ outcome: 'pass' });
    expect(asked).toBe(2);
  });

  test.each([500, 429, 401])('answers %d, which the step wants', async (status) => {
    answer = { status, body: '{}' };
    const wanting = flow('tracker-refuses', { title: 'x' }).request('ask', {
      status,
      request: () => ({ method: 'GET', path: '/', endpoint: 'tracker' }),
    }) as Flow;
    expect(await ask({ flow: wanting })).toMatchObject({ outcome: 'pass' });
  });

  test('is not there', async () => {
    const gone = await listen((_request, response) => response.end());
    await gone.close();
    const finding = await ask({ tracker: gone.url });
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'third-party' });
  });
});

test('what it says about the target counts, with the headers that are for it alone', async () => {
  answer = { status: 200, body: '{"errors":2}' };
  expect(await ask()).toMatchObject({ outcome: 'pass' });
  answer = { status: 200, body: '{"errors":20}' };
  expect(await ask()).toMatchObject({ outcome: 'fail', cause: 'comparison' });
});

describe('addresses', () => {
  test.each([
    ['HTTP://Shop.Example.com:80', 'http://shop.example.com'],
    ['https://SHOP.example.com:443/base/', 'https://shop.example.com/base/'],
    ['https://shop.example.com:8443', 'https://shop.example.com:8443'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
  ])('%s is %s', (given, written) => {
    expect(planOf({ urls: { app: given } }).target.urls['app']).toBe(written);
  });

  test.each([
    ['a query', 'https://shop.example.com/?a=1', 'query'],
    ['a fragment', 'https://shop.example.com/#a', 'fragment'],
  ])('with %s are refused', (_, app, word) => {
    let said = '';
    try {
      planOf({ urls: { app } });
    } catch (error) {
      said = JSON.stringify((error as { problems: unknown }).problems);
    }
    expect(said).toContain(word);
  });

  test.each([
    ['target.urls.app', { urls: { app: 'https://qa:secret-word@shop.example.com' } }],
    ['target.urls.app', { urls: { app: 'https://qa@shop.example.com' } }],
    ['target.old.urls.app', { old: { urls: { app: 'https://qa:secret-word@shop.example.com' } } }],
    ['target.thirdParties.log', { thirdParties: { log: 'https://:secret-word@log.example.com' } }],
  ])('at %s with a user or password are named before a run, without showing them', (where, over) => {
    const problems = credentialProblems(planOf(over).target);
    expect(problems.map(({ path }) => path)).toEqual([where]);
    expect(JSON.stringify(problems)).toContain('authorization');
    expect(JSON.stringify(problems)).not.toContain('secret-word');
    expect(credentialProblems(planOf().target)).toEqual([]);
  });

  test('allow names a host in capitals, and with its usual port', () => {
    const plan = (allow: string[]): unknown =>
      parsePlan({
        target: { name: 't', urls: { app: 'https://Shop.Example.com:443' } },
        allow: { load: allow },
        load: {
          profiles: [
            {
              id: 'holds',
              title: 'x',
              engine: 'autocannon',
              requests: [{ path: '/' }],
              thresholds: { errorRate: 0.1 },
            },
          ],
        },
      });
    for (const host of ['shop.example.com', 'SHOP.example.com', 'shop.example.com:443']) {
      expect(() => plan([host])).not.toThrow();
    }
    expect(() => plan(['shop.example.com:8443'])).toThrow();
  });

  test('a third party may not share its name with an address of the target', () => {
    expect(() => planOf({ thirdParties: { app: 'https://tracker.example.com' } })).toThrow();
  });

  test('headers go to the longest base only', () => {
    const { target: places } = planOf({
      urls: { app: 'https://shop.example.com', api: 'https://shop.example.com/api' },
      headers: { 'x-a': '1' },
      old: { urls: { app: 'https://shop.example.com/old' } },
    });
    const at = (url: string) => placeOf(url, placesOf(places));
    expect(at('https://shop.example.com/api/x')?.name).toBe('api');
    expect(at('https://shop.example.com/old/x')?.headers).toEqual({});
    expect(at('https://shop.example.com/older')?.headers).toEqual({ 'x-a': '1' });
    expect(at('https://shop.example.com.evil.test/')).toBeUndefined();
    expect(at('http://shop.example.com/')).toBeUndefined();
  });
});
