import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Probe } from '../../../contract/plan/probe.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { createControl } from '../../../suites/control.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { probeEndpoints } from '../../../suites/probes/endpoints-probe.ts';
import { redirected } from '../../../suites/probes/follow-redirects.ts';
import { listen, type Listening } from './run-flow-on.ts';

// Many home pages send their visitors on: that is no reason to roll back, and an error page at the end is one.
let site: Listening;
let elsewhere: Listening;
let home: { status: number; location?: string };
let end = 200;

beforeAll(async () => {
  elsewhere = await listen((_request, response) => response.end('elsewhere'));
  site = await listen((request, response) => {
    if (request.url === '/' || request.url === '/loop') {
      response.statusCode = home.status;
      if (home.location !== undefined) response.setHeader('location', home.location);
    } else response.statusCode = end;
    response.end('x');
  });
});
afterAll(async () => {
  await site.close();
  await elsewhere.close();
});

async function probe(status?: number) {
  const given = Probe.parse({
    id: 'main-pages-answer',
    title: 'x',
    kind: 'endpoints',
    paths: ['/'],
    ...(status === undefined ? {} : { status }),
  }) as Extract<Probe, { kind: 'endpoints' }>;
  const tools = {
    application: createHttpApplication(),
    urls: { app: site.url },
    control: createControl(undefined),
  };
  return probeFinding('main-pages-answer', () => probeEndpoints(given, tools));
}

describe('a home page that redirects', () => {
  test.each([
    ['to a language', 302, '/en/'],
    ['to the log-in', 303, '/login?next=%2F'],
    ['for good, relative', 308, 'shop/'],
    ['with a fragment', 301, '/en/#top'],
  ])('%s is followed', async (_, status, location) => {
    [home, end] = [{ status, location }, 200];
    expect((await probe()).outcome).toBe('pass');
    end = 503;
    expect((await probe()).outcome).toBe('fail');
  });

  test('in a circle, to nowhere, or to another site does not answer with a page', async () => {
    for (const given of [
      { location: '/loop' },
      {},
      { location: elsewhere.url },
      { location: 'javascript:1' },
    ]) {
      home = { status: 302, ...given };
      expect((await probe()).outcome).toBe('fail');
    }
    expect(elsewhere.asked).toEqual([]);
  });

  test('is an answer of its own where the plan wants one', async () => {
    home = { status: 302, location: '/en/' };
    expect((await probe(302)).outcome).toBe('pass');
    expect((await probe(301)).outcome).toBe('fail');
  });
});

test('headers stay with their origin, and the usual ports are one site', () => {
  const from = { method: 'GET', url: 'http://www.shop.test/', headers: { authorization: 'x' } } as const;
  const to = (location: string) =>
    redirected(from, { status: 301, headers: { location }, body: '', durationMs: 1 });
  expect(to('/en')).toEqual({ ...from, url: 'http://www.shop.test/en' });
  expect(to('https://shop.test/')).toEqual({ method: 'GET', url: 'https://shop.test/', headers: {} });
  expect(to('https://shop.test:8443/')).toBeUndefined();
  expect(to('https://shop.test.evil.test/')).toBeUndefined();
});
