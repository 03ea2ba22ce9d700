import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MetricCheck } from '../../../../contract/slo/metric-check.ts';
import { MetricSource } from '../../../../contract/slo/metric-source.ts';
import { evaluateMetric } from '../../../../slo/metrics/evaluate-metric.ts';
import { openMetricSource } from '../../../../slo/sources/metric-sources.ts';

const SINCE = '2026-11-21T02:00:00Z';
const DOCUMENT = {
  total: { 'amount/eur': '12.5', spent: 40 },
  jobs: [1, 2, 3],
  name: 'shop',
  'a~b': [{ n: 7 }],
};
const PATHS: Readonly<Record<string, readonly [status: number, body: string]>> = {
  '/budget': [200, JSON.stringify(DOCUMENT)],
  '/page': [200, JSON.stringify({ jobs: [1, 2], next: '/page?cursor=2' })],
  '/login': [302, ''],
  '/text': [200, '<html>'],
  '/down': [503, '{}'],
};
const asked: string[] = [];
const server = http.createServer((request, response) => {
  asked.push(request.url ?? '');
  const [status, body] = PATHS[(request.url ?? '').split('?', 1)[0] ?? ''] ?? [404, '{}'];
  response.writeHead(request.headers.authorization === 'Bearer of-budgets' ? status : 401).end(body);
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function ask(of: string, limit: number, more: object = {}, token = 'Bearer of-budgets') {
  const source = MetricSource.parse({
    adapter: 'http-json',
    url,
    headers: { authorization: { secret: 'BUDGET' } },
  });
  const reader = openMetricSource(source, { env: { BUDGET: token }, signal: undefined, target: {} });
  const limits = { critical: { atMost: limit } };
  const check = MetricCheck.parse({ id: 'in-budget', title: 'Spent', kind: 'gauge', of, limits, ...more });
  return evaluateMetric(reader, { name: 'budget', source }, check);
}

test('a page of a longer list has no length that counts', async () => {
  expect(await ask('/page#/jobs', 2)).toMatchObject({ outcome: 'unknown', cause: 'metrics-unavailable' });
  expect(await ask('/page#/jobs/1', 2)).toMatchObject({ outcome: 'pass' });
});

test.each([
  ['/budget#/total/spent', 40],
  ['/budget#/total/amount~1eur', 12.5],
  ['/budget#/jobs', 3],
  ['/budget#/jobs/1', 2],
  ['/budget#/a~0b/0/n', 7],
])('%s is %d', async (of, value) => {
  expect(await ask(of, value)).toMatchObject({ outcome: 'pass', measured: value });
  expect(await ask(of, value - 1)).toMatchObject({ outcome: 'fail', cause: 'critical-level' });
});

test('the moment of the cut-over stands in the address', async () => {
  await ask('/budget?from={since:s}&iso={since}#/total/spent', 50, { since: SINCE });
  expect(asked.at(-1)).toBe(`/budget?from=${Date.parse(SINCE) / 1000}&iso=2026-11-21T02:00:00.000Z`);
});

test.each([
  ['/budget#/total/nothing', 'expected a number or a list'],
  ['/budget#/name', 'expected a number or a list'],
  ['/login#/a', '302'],
  ['/text#/a', 'no JSON'],
  ['/down#/a', '503'],
  ['/elsewhere#/a', '404'],
])('%s is unknown: %s', async (of, part) => {
  const finding = await ask(of, 1);
  expect(finding).toMatchObject({ outcome: 'unknown', cause: 'metrics-unavailable' });
  expect(finding.summary).toContain(part);
});

test('who is not let in, and a moment that has not come, are unknown', async () => {
  expect(await ask('/budget#/jobs', 9, {}, 'Bearer of-nothing')).toMatchObject({ outcome: 'unknown' });
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const finding = await ask('/budget#/jobs', 9, { since: later });
  expect(finding).toMatchObject({ outcome: 'unknown' });
  expect(finding.summary).toContain('has not come yet');
});
