import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { equal } from '../../../contract/flow/statement.ts';
import {
  elasticsearchHits,
  grafanaAlerts,
  lokiLines,
  sentryIssues,
} from '../../../contract/plan/probes/query-presets.ts';
import { Probe, type ProbeInput } from '../../../contract/plan/probe.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { createControl } from '../../../suites/control.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { probeQuery } from '../../../suites/probes/query-probe.ts';
import { aboutThirdParty } from '../../../suites/third-party.ts';
import { listen, type Listening } from './run-flow-on.ts';

type Over = Partial<Extract<ProbeInput, { kind: 'query' }>>;

interface Answer {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly hangsUp?: boolean;
  readonly late?: boolean;
}

let tracker: Listening;
let answer: Answer = {};
/** Answers to what contains a text, in address or body, before `answer`. */
type Answers = Readonly<Record<string, Answer>>;
let byPath: Answers = {};
beforeAll(async () => {
  tracker = await listen((request, response) => {
    let sent = decodeURIComponent((request.url ?? '').replaceAll('+', ' '));
    request.on('data', (chunk: Buffer) => (sent += chunk.toString()));
    request.on('end', () => {
      const of = Object.entries(byPath).find(([part]) => sent.includes(part));
      const { status = 200, body = '{}', headers = {}, hangsUp, late } = of?.[1] ?? answer;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      if (hangsUp === true) request.socket.destroy();
      else if (late !== true) response.end(body);
    });
  });
});
afterAll(() => tracker.close());
afterEach(() => {
  byPath = {};
});

const NOW = Date.parse('2026-11-20T03:00:00Z');

/** As the room of the probes asks: what it finds is then weighed as that of a third party. */
async function ask(given: Answer, over: Over, url = tracker.url): Promise<Finding> {
  answer = given;
  const probe = Probe.parse({
    kind: 'query',
    id: 'no-new-errors',
    title: 'x',
    endpoint: 'tracker',
    path: '/issues',
    ...over,
  });
  const tools = {
    application: createHttpApplication(),
    urls: { app: 'http://shop.test', tracker: url },
    thirdParties: new Set(['tracker']),
    control: createControl(undefined),
    rateLimitWaitMs: 0,
  };
  const finding = await probeFinding('no-new-errors', () =>
    probeQuery(probe as Extract<Probe, { kind: 'query' }>, tools, NOW),
  );
  return aboutThirdParty(finding);
}

const none: Over = { count: '$', atMost: 0 };
const json = (value: unknown): Answer => ({ body: JSON.stringify(value) });

describe('what a third party says about the target', () => {
  const loki = { data: { result: [{ value: [1, '4'] }] } };
  test.each<[string, Answer, Over, Finding['outcome']]>([
    ['no entries', json([]), none, 'pass'],
    ['an entry too many', json([{ id: 1 }]), none, 'fail'],
    ['a number', json({ hits: { total: { value: 3 } } }), { count: 'hits.total.value', atMost: 3 }, 'pass'],
    [
      'a larger one',
      json({ hits: { total: { value: 4 } } }),
      { count: 'hits.total.value', atMost: 3 },
      'fail',
    ],
    ['panels enough', json([1, 2, 3, 4, 5]), { count: '$', atLeast: 5 }, 'pass'],
    ['too few panels', json([1, 2, 3, 4]), { count: '$', atLeast: 5 }, 'fail'],
    ['a number as text', json(loki), { count: 'data.result.0.value.1', atMost: 3 }, 'fail'],
    [
      'nothing, which counts as zero',
      json({ data: { result: [] } }),
      { count: 'data.result.0.value.1', countOfNothing: 0, atMost: 3 },
      'pass',
    ],
    [
      'a state',
      json({ state: 'ok' }),
      { expect: ({ body }) => [equal('state', (body as { state: string }).state, 'ok')] },
      'pass',
    ],
    [
      'another state',
      json({ state: 'broken' }),
      { expect: ({ body }) => [equal('state', (body as { state: string }).state, 'ok')] },
      'fail',
    ],
    ['the shape', json({ state: 'ok' }), { schema: z.object({ state: z.string() }) }, 'pass'],
  ])('%s: %#', async (_, given, over, outcome) => {
    const finding = await ask(given, over);
    expect(finding).toMatchObject({ outcome });
    if (outcome === 'fail') expect(finding.cause).toBe('comparison');
  });

  const next = '<https://t.test/?cursor=1>; rel="next"; results="true"';
  const noNext =
    '<https://t.test/?cursor=0>; rel="previous"; results="false", <https://t.test/?cursor=1>; rel="next"; results="false"';
  test.each<[string, Answer, Over, Finding['outcome']]>([
    [
      'and it stopped counting',
      json({ hits: { total: { value: 3, relation: 'gte' } } }),
      { count: 'hits.total.value', atMost: 5 },
      'unknown',
    ],
    ['and it ran out of time', json({ timed_out: true, n: 0 }), { count: 'n', atMost: 0 }, 'unknown'],
    ['and a part of it failed', json({ _shards: { failed: 1 }, n: 0 }), { count: 'n', atMost: 0 }, 'unknown'],
    [
      'and a cluster was left out',
      json({ _shards: { failed: 0, skipped: 3 }, _clusters: { total: 2, successful: 1, skipped: 1 }, n: 0 }),
      { count: 'n', atMost: 0 },
      'unknown',
    ],
    [
      'and no cluster was left out',
      json({ _shards: { failed: 0, skipped: 3 }, _clusters: { total: 2, successful: 2, skipped: 0 }, n: 0 }),
      { count: 'n', atMost: 0 },
      'pass',
    ],
    ['a number that means that it is not known', json({ n: -1 }), { count: 'n', atMost: 0 }, 'unknown'],
    [
      'and its clock is another one',
      { body: '[]', headers: { date: new Date(Date.now() - 7_200_000).toUTCString() } },
      { ...none, since: { minutes: 30 }, path: '/{since}' },
      'unknown',
    ],
    [
      'and its clock is this one',
      { body: '[]', headers: { date: new Date().toUTCString() } },
      { ...none, since: { minutes: 30 }, path: '/{since}' },
      'pass',
    ],
    [
      'and there are more: nobody knows how many',
      { headers: { link: next }, body: '[1]' },
      { count: '$', atMost: 1 },
      'unknown',
    ],
    [
      'and there are more: too many already',
      { headers: { link: next }, body: '[1,2]' },
      { count: '$', atMost: 1 },
      'fail',
    ],
    [
      'and there are more: enough already',
      { headers: { link: next }, body: '[1,2]' },
      { count: '$', atLeast: 2 },
      'pass',
    ],
    [
      'and the body tells that there are more',
      json({ items: [1], nextCursor: 'abc' }),
      { count: 'items', atMost: 1 },
      'unknown',
    ],
    [
      'and the body tells that there are no more',
      json({ items: [1], nextCursor: null, total: 1 }),
      { count: 'items', atMost: 1 },
      'pass',
    ],
    ['and there are no more', { headers: { link: noNext }, body: '[1]' }, { count: '$', atMost: 1 }, 'pass'],
  ])('a page of a list, %s', async (_, given, over, outcome) => {
    expect(await ask(given, over)).toMatchObject({ outcome });
  });
});

describe('trouble of a third party is never the fault of the target', () => {
  const page: Answer = { body: '<html>', headers: { 'content-type': 'text/html' } };
  test.each<[string, Answer, Over, RegExp]>([
    ['it is broken', { status: 500 }, none, /500/],
    ['it does not know us', { status: 401 }, none, /401/],
    ['it forbids', { status: 403 }, none, /403/],
    ['it has moved', { status: 404 }, none, /404/],
    ['it asks for a log-in', { status: 302, headers: { location: '/login' } }, none, /302/],
    ['it limits our rate', { status: 429 }, none, /429/],
    ['it hangs up', { hangsUp: true }, none, /tracker/],
    ['it is late', { late: true }, { ...none, budgetMs: 300 }, /tracker/],
    ['it answers with a page', page, none, /text\/html/],
    ['it answers with broken JSON', { body: '{"a":' }, none, /decoded/],
    ['there is no list', json({ error: 'no such project' }), none, /expected a number or a list/],
    [
      'there is no such field',
      json({ hits: {} }),
      { count: 'hits.total.value', atMost: 0 },
      /hits\.total\.value/,
    ],
    [
      'there is no such field, whatever nothing counts as',
      json({ error: 'x' }),
      { count: 'data.result.0.value.1', countOfNothing: 0, atMost: 0 },
      /data\.result/,
    ],
    ['its shape is another', json({ state: 7 }), { schema: z.object({ state: z.string() }) }, /body\.state/],
  ])('%s', async (_, given, over, says) => {
    const finding = await ask(given, over);
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'third-party' });
    expect(finding.summary).toContain('tracker');
    expect(finding.summary).toMatch(says);
    expect(finding.remedy).toContain('it says nothing about the target');
  });

  test('it is not there', async () => {
    const gone = await listen((_request, response) => response.end());
    await gone.close();
    expect(await ask({}, none, gone.url)).toMatchObject({ outcome: 'unknown', cause: 'third-party' });
  });
});

describe('since', () => {
  const asked = async (over: Over): Promise<string | undefined> => {
    expect(await ask(json([]), { ...none, ...over })).toMatchObject({ outcome: 'pass' });
    return decodeURIComponent(tracker.asked.at(-1) ?? '');
  };

  test.each<[string, Over, string]>([
    [
      'a moment',
      { since: '2026-11-20T02:00:00Z', query: { from: '{since}' } },
      'from=2026-11-20T02:00:00.000Z',
    ],
    [
      'of another zone',
      { since: '2026-11-20T03:00:00+01:00', query: { from: '{since:s}' } },
      'from=1795140000',
    ],
    ['minutes ago', { since: { minutes: 60 }, query: { from: '{since:ms}' } }, 'from=1795140000000'],
    ['nanoseconds', { since: { minutes: 60 }, query: { from: '{since:ns}' } }, 'from=1795140000000000000'],
    ['how long ago', { since: { minutes: 60 }, query: { range: '[{since:age}]' } }, 'range=[3600s]'],
    ['in the path', { since: { minutes: 60 }, path: '/since/{since:s}/issues' }, '/since/1795140000/issues'],
  ])('%s', async (_, over, part) => {
    expect(await asked(over)).toContain(part);
  });

  test('a moment that has not come asks nobody', async () => {
    const before = tracker.asked.length;
    const finding = await ask(json([]), {
      ...none,
      since: '2026-11-20T04:00:00Z',
      query: { from: '{since}' },
    });
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'since-ahead' });
    expect(tracker.asked).toHaveLength(before);
  });
});

describe('a witness', () => {
  const over: Over = { path: '/errors', count: 'n', atMost: 0, witness: { path: '/lines', count: 'n' } };
  test.each<[string, number, number, Finding['outcome']]>([
    ['that sees nothing: no errors show nothing', 0, 0, 'unknown'],
    ['that sees the target, which has no errors', 9, 0, 'pass'],
    ['that sees the target, which has errors', 9, 2, 'fail'],
  ])('%s', async (_, lines, errors, outcome) => {
    byPath = { '/lines': json({ n: lines }), '/errors': json({ n: errors }) };
    expect(await ask({}, over)).toMatchObject({ outcome });
  });
});

/** Stand-ins for what the vendors document, one for a store that sees the target and one that does not. */
describe('the presets', () => {
  const since = { minutes: 60 };
  const vector = (...values: readonly string[]): Answer =>
    json({
      status: 'success',
      data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1, value] })) },
    });
  const EVENTS: Answers = { '/organizations/acme/events/': json({ data: [{ 'count()': 9 }], meta: {} }) };
  const rules = (rule: object): Answer =>
    json({ status: 'success', data: { groups: [{ name: 'every-minute', file: 'shop', rules: [rule] }] } });
  const presets: Readonly<
    Record<string, [ProbeInput, clean: Answers, broken: Answers, blind: Answers | undefined]>
  > = {
    sentry: [
      sentryIssues({ endpoint: 'tracker', org: 'acme', project: 'shop', since }),
      { ...EVENTS, '/api/0/projects/acme/shop/issues/': json([]) },
      { ...EVENTS, '/api/0/projects/acme/shop/issues/': json([{ id: '1' }]) },
      {
        ...EVENTS,
        '/api/0/projects/acme/shop/issues/': {
          status: 404,
          body: '{"detail":"The requested resource does not exist"}',
        },
      },
    ],
    'sentry without events': [
      sentryIssues({ endpoint: 'tracker', org: 'acme', project: 'shop', since }),
      { ...EVENTS, '/issues/': json([]) },
      { ...EVENTS, '/issues/': json([{ id: '1' }]) },
      { '/organizations/acme/events/': json({ data: [{ 'count()': 0 }], meta: {} }), '/issues/': json([]) },
    ],
    'sentry with a witness of the plan': [
      sentryIssues({
        endpoint: 'tracker',
        org: 'acme',
        project: 'shop',
        since,
        witness: { path: '/heartbeats', count: 'seen' },
      }),
      { '/heartbeats': json({ seen: 1 }), '/issues/': json([]) },
      { '/heartbeats': json({ seen: 1 }), '/issues/': json([{ id: '1' }]) },
      { '/heartbeats': json({ seen: 0 }), '/issues/': json([]) },
    ],
    loki: [
      lokiLines({ endpoint: 'tracker', selector: '{app="shop"}', filter: '|= "ERROR"', since }),
      { '"} [': vector('20'), '|=': vector() },
      { '"} [': vector('20'), '|=': vector('3') },
      { '"} [': vector(), '|=': vector() },
    ],
    elasticsearch: [
      elasticsearchHits({
        endpoint: 'tracker',
        index: 'logs-*',
        search: 'level:error',
        witness: 'service:shop',
        since,
      }),
      {
        'service:shop': json({ count: 7, _shards: { failed: 0 } }),
        'level:error': json({ count: 0, _shards: { failed: 0 } }),
      },
      {
        'service:shop': json({ count: 7, _shards: { failed: 0 } }),
        'level:error': json({ count: 1, _shards: { failed: 0 } }),
      },
      {
        'service:shop': json({ count: 0, _shards: { failed: 0 } }),
        'level:error': json({ count: 0, _shards: { failed: 0 } }),
      },
    ],
    grafana: [
      grafanaAlerts({ endpoint: 'tracker', filter: 'service="shop"' }),
      { '/rules': rules({ labels: { service: 'shop' } }), '/alerts': json([]) },
      { '/rules': rules({ labels: { service: 'shop' } }), '/alerts': json([{ labels: {} }]) },
      { '/rules': rules({ labels: { service: 'other' } }), '/alerts': json([]) },
    ],
    'grafana without a filter': [
      grafanaAlerts({ endpoint: 'tracker' }),
      { '/rules': rules({}), '/alerts': json([]) },
      { '/rules': rules({}), '/alerts': json([{ labels: {} }]) },
      { '/rules': json({ status: 'success', data: { groups: [] } }), '/alerts': json([]) },
    ],
  };

  test.each<[filter: string, rule: object, outcome: Finding['outcome']]>([
    ['service="shop"', { labels: { service: 'shop' } }, 'pass'],
    ['service="shop"', { alerts: [{ labels: { service: 'shop' }, state: 'Normal' }] }, 'pass'],
    ['service=shop', { labels: { service: 'shop' } }, 'pass'],
    ['service="shopp"', { labels: { service: 'shop' } }, 'unknown'],
    ['servise="shop"', { labels: { service: 'shop' } }, 'unknown'],
    ['service=~"sh.*"', { labels: { service: 'shop' } }, 'pass'],
    ['service=~"sh"', { labels: { service: 'shop' } }, 'unknown'],
    ['service=~"("', { labels: { service: 'shop' } }, 'unknown'],
    ['service!="shop"', { labels: { service: 'shop' } }, 'unknown'],
    ['service!~"other|away"', { labels: { service: 'shop' } }, 'pass'],
    ['alertname="Too slow"', { name: 'Too slow' }, 'pass'],
    ['grafana_folder="shop"', {}, 'pass'],
  ])('grafana with the filter %s, which %j shows or does not', async (filter, rule, outcome) => {
    const { kind: _kind, ...over } = grafanaAlerts({ endpoint: 'tracker', filter });
    byPath = { '/rules': rules(rule), '/alerts': json([]) };
    expect(await ask({}, over)).toMatchObject({
      outcome,
      ...(outcome === 'unknown' && { cause: 'no-witness' }),
    });
  });
  test.each(Object.entries(presets))('%s', async (_, [preset, clean, broken, blind]) => {
    const { kind: _kind, ...over } = preset as Over & { kind: 'query' };
    byPath = clean;
    expect(await ask({}, over)).toMatchObject({ outcome: 'pass' });
    byPath = broken;
    expect(await ask({}, over)).toMatchObject({ outcome: 'fail', cause: 'comparison' });
    if (blind !== undefined) {
      byPath = blind;
      expect(await ask({}, over)).toMatchObject({ outcome: 'unknown' });
    }
  });
});
