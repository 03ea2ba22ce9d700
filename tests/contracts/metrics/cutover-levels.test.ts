import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parsePlan } from '../../../contract/plan.ts';
import { exportMetrics } from '../../../demo/shop/metrics.ts';
import { evaluateSlo, openMetrics } from '../../../load/slo/evaluate-slo.ts';
import { createPrometheus } from '../../../load/slo/prometheus.ts';
import {
  type Exporter,
  prometheusMissing,
  type RunningPrometheus,
  startExporter,
  startPrometheus,
} from './prometheus-server.ts';

// The service levels of two real cut-overs, exactly as docs/load.md shows them.
const missing = prometheusMissing();
if (missing !== undefined) console.warn(`\nSKIPPED: the levels of the cut-overs: ${missing}\n`);

const WINDOW_S = 6;
const PAGE = readFileSync(path.resolve(import.meta.dirname, '../../../docs/load.md'), 'utf8');
const PLANS = [...PAGE.matchAll(/^```ts\n(slo: .*?)^```$/gms)].map(([, text = '']) => text);

interface State {
  readonly perScrape: number;
  readonly errors: number;
  /** Shares of the requests, and of the queries, that are fast, and those that take less than 2 s. */
  readonly fast: number;
  readonly bearable: number;
  readonly used: number;
}

/** A shop with a database, Redis and payments, and all their metrics. */
function metrics(scrape: number, { perScrape, errors, fast, bearable, used }: State): string {
  const count = scrape * perScrape;
  const histogram = (name: string, bounds: Readonly<Record<string, number>>): string[] =>
    Object.entries({ ...bounds, '+Inf': 1 }).map(
      ([le, share]) => `${name}_bucket{le="${le}"} ${Math.round(count * share)}`,
    );
  return [
    `http_requests_total ${count}`,
    `http_errors_total ${Math.round(count * errors)}`,
    ...histogram('http_request_duration_seconds', { '0.1': 0.2, '0.5': fast, '2.0': bearable }),
    ...histogram('db_query_duration_seconds', { '0.01': 0.2, '0.1': fast, '1.0': 1 }),
    `payments_total{outcome="succeeded"} ${Math.round(count * (1 - errors))}`,
    `payments_total{outcome="failed"} ${Math.round(count * errors)}`,
    `pg_stat_activity_count ${100 * used}`,
    `redis_memory_used_bytes ${5e8 * used}`,
    'redis_memory_max_bytes 5e8',
    '',
  ].join('\n');
}

const healthy: State = { perScrape: 200, errors: 0.001, fast: 0.99, bearable: 1, used: 0.5 };
const JOBS: Readonly<Record<string, Exporter['text']>> = {
  healthy: (scrape) => metrics(scrape, healthy),
  strained: (scrape) =>
    metrics(scrape, { perScrape: 1500, errors: 0.03, fast: 0.9, bearable: 0.97, used: 0.85 }),
  breached: (scrape) =>
    metrics(scrape, { perScrape: 3000, errors: 0.2, fast: 0.5, bearable: 0.9, used: 0.99 }),
  // Answers its scrapes, but exports none of its metrics any more.
  gone: (scrape) => (scrape < 5 ? metrics(scrape, healthy) : 'something_else 1\n'),
};

/** The metrics of the demo's shops, and visitors: every so many-th answer is an error. */
async function startShop(
  errorEvery: number,
): Promise<{ app: FastifyInstance; address: string; stop(): void }> {
  const app = Fastify({ forceCloseConnections: true });
  exportMetrics(app);
  let visits = 0;
  app.get('/', (_request, reply) => reply.code((visits += 1) % errorEvery === 0 ? 503 : 200).send('shop'));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = `127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const timer = setInterval(() => {
    for (let visit = 0; visit < 4; visit += 1)
      void fetch(`http://${address}/`).then((answer) => answer.text());
  }, 100);
  return { app, address, stop: () => clearInterval(timer) };
}

const shops: Awaited<ReturnType<typeof startShop>>[] = [];
let exporters: Exporter[] = [];
let prometheus: RunningPrometheus;

describe.skipIf(missing !== undefined)('the service levels of two cut-overs', () => {
  beforeAll(async () => {
    exporters = await Promise.all(Object.values(JOBS).map(startExporter));
    const jobs = Object.keys(JOBS).map((name, index) => [name, exporters[index]?.address ?? ''] as const);
    shops.push(await startShop(Infinity), await startShop(5));
    const demo = shops.map(({ address }, index) => [index === 0 ? 'demo' : 'failing', address] as const);
    prometheus = await startPrometheus(Object.fromEntries([...jobs, ...demo]));
    const store = createPrometheus({ url: prometheus.url, headers: {} });
    for (let scrapes = 0; scrapes < WINDOW_S + 4;) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      scrapes =
        (await store.instant('min(count_over_time(up[1h]))', await store.now())).samples[0]?.value ?? 0;
    }
  });
  afterAll(async () => {
    shops.forEach((shop) => shop.stop());
    await prometheus?.close();
    await Promise.all(shops.splice(0).map(({ app }) => app.close()));
    await Promise.all(exporters.map((exporter) => exporter.close()));
  });

  /** The plan of the page, about another job of our Prometheus and on a shorter scale of time. */
  async function answers(text: string, job: string): Promise<Record<string, string>> {
    const ours = text
      .replaceAll(/job="\w+"/g, `job="${job}"`)
      .replace(/url: '[^']*'/, `url: '${prometheus.url}'`);
    const given = runInNewContext(`({ ${ours} })`, {
      secret: () => ({ secret: 'SLO_PAGE_TOKEN' }),
    }) as { slo: { objectives: { forS?: number }[] } };
    const { slo } = parsePlan({
      target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' } },
      slo: {
        ...given.slo,
        instances: 1,
        scrapeS: 1,
        objectives: given.slo.objectives.map((one) => ({
          ...one,
          windowS: WINDOW_S,
          ...(one.forS === undefined ? {} : { forS: 2 }),
        })),
      },
    });
    if (slo === undefined) throw new Error('the plan has no service levels');
    const store = openMetrics(slo.source, { SLO_PAGE_TOKEN: 'Bearer of nothing' });
    const all = slo.objectives.map(async (one) => [one.id, await evaluateSlo(store, slo, one)] as const);
    return Object.fromEntries(
      (await Promise.all(all)).map(([id, { outcome, cause, measured, expected }]) => {
        if (outcome === 'fail') expect([measured, expected]).not.toContain(undefined);
        return [id, cause === 'warning-level' || outcome === 'unknown' ? `${outcome} ${cause}` : outcome];
      }),
    );
  }
  const each = (value: Record<string, string>): string[] => [...new Set(Object.values(value))];

  test('five panels: healthy, strained, breached, and without metrics', async () => {
    const [panels = ''] = PLANS;
    expect(each(await answers(panels, 'healthy'))).toEqual(['pass']);
    expect(await answers(panels, 'strained')).toEqual({
      'requests-fit': 'pass warning-level',
      'errors-are-few': 'pass warning-level',
      'answers-take-less-than-2-s': 'pass',
      'answers-take-half-a-second': 'fail',
      'connections-are-free': 'pass warning-level',
      'redis-has-memory': 'pass warning-level',
    });
    expect(each(await answers(panels, 'breached'))).toEqual(['fail']);
    expect(each(await answers(panels, 'gone'))).toEqual(['unknown no-series']);
    expect(each(await answers(panels, 'nobody'))).toEqual(['unknown target-not-scraped']);
  });

  test('four objectives: healthy, breached, and without metrics', async () => {
    const [, objectives = ''] = PLANS;
    expect(Object.keys(await answers(objectives, 'healthy'))).toHaveLength(4);
    expect(each(await answers(objectives, 'healthy'))).toEqual(['pass']);
    expect(each(await answers(objectives, 'breached'))).toEqual(['fail']);
    expect(each(await answers(objectives, 'gone'))).toEqual(['unknown no-series']);
  });

  test("the demo's shop feeds the levels of requests, errors and latency; what it does not export is unknown", async () => {
    const [panels = ''] = PLANS;
    const unseen = { 'connections-are-free': 'unknown no-series', 'redis-has-memory': 'unknown no-series' };
    const fast = { 'answers-take-less-than-2-s': 'pass', 'answers-take-half-a-second': 'pass' };
    expect(await answers(panels, 'demo')).toEqual({
      'requests-fit': 'pass',
      'errors-are-few': 'pass',
      ...fast,
      ...unseen,
    });
    expect(await answers(panels, 'failing')).toMatchObject({ 'errors-are-few': 'fail', ...fast, ...unseen });
  });
});
