import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { evaluateSlo } from '../../../slo/evaluate-slo.ts';
import { prometheusOf } from '../../../slo/sources/open-prometheus.ts';
import { createPrometheus } from '../../../slo/sources/prometheus.ts';
import { readSlo } from '../../../slo/read-slo.ts';
import { type DemoShops, startDemoShops } from './demo-shops.ts';
import {
  type Exporter,
  moment,
  prometheusMissing,
  type RunningPrometheus,
  startExporter,
  startPrometheus,
} from './prometheus-server.ts';

// The service levels of two real cut-overs, exactly as docs/load.md shows them: of the demo's shop, and, for states that
// it does not reach in seconds, of a text.
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
    'pg_settings_max_connections 100',
    `redis_memory_used_bytes ${5e8 * used}`,
    'redis_memory_max_bytes 5e8',
    '',
  ].join('\n');
}

const sound: State = { perScrape: 200, errors: 0.001, fast: 0.99, bearable: 1, used: 0.5 };
const JOBS: Readonly<Record<string, Exporter['text']>> = {
  strained: (scrape) =>
    metrics(scrape, { perScrape: 1500, errors: 0.03, fast: 0.9, bearable: 0.97, used: 0.85 }),
  breached: (scrape) =>
    metrics(scrape, { perScrape: 3000, errors: 0.2, fast: 0.5, bearable: 0.9, used: 0.99 }),
  // Answers its scrapes, but exports none of its metrics any more.
  gone: (scrape) => (scrape < 5 ? metrics(scrape, sound) : 'something_else 1\n'),
};

/** Shops of the demo. What is wrong with each is planted in it, or in what it stands on. */
const SHOPS = {
  sound: {},
  // One in ten answers of the catalogue takes 0.9 s.
  slow: { fault: 'slow-p95', page: '/api/products', visitors: 12 },
  // One in 33 is a 503.
  failing: { fault: 'failing-requests', page: '/api/products', visitors: 8 },
  unpaid: { providerFails: true },
  strained: { strained: true, visitors: 10 },
};

let shops: DemoShops;
let exporters: Exporter[] = [];
let prometheus: RunningPrometheus;
/** As of when the texts are asked: no window of six seconds passes while other tests run. */
let asOf = 0;

describe.skipIf(missing !== undefined)('the service levels of two cut-overs', () => {
  beforeAll(async () => {
    exporters = await Promise.all(Object.values(JOBS).map(startExporter));
    const jobs = Object.keys(JOBS).map((name, index) => [name, exporters[index]?.address ?? ''] as const);
    // Shops report what is planted in them, many times a second.
    const write = process.stderr.write.bind(process.stderr);
    vi.spyOn(process.stderr, 'write').mockImplementation((text: Uint8Array | string) =>
      /planted|calling end on the pool|Connection pool was closed/.test(String(text)) ? true : write(text),
    );
    shops = await startDemoShops(SHOPS);
    const demo = Object.entries(shops.addresses).map(([shop, address]) => [`demo_${shop}`, address] as const);
    prometheus = await startPrometheus(Object.fromEntries([...jobs, ...demo]));
    const store = createPrometheus({ url: prometheus.url, headers: {} });
    asOf = await moment(store, { seconds: WINDOW_S + 5, whole: Object.keys(JOBS) });
  });
  afterAll(async () => {
    await prometheus?.close();
    await shops?.close();
    vi.restoreAllMocks();
    await Promise.all(exporters.map((exporter) => exporter.close()));
  });

  /** The plan of the page, about another job of our Prometheus and on a shorter scale of time. */
  async function answers(text: string, job: string): Promise<Record<string, string>> {
    const ours = text
      .replaceAll(/job="\w+"/g, `job="${job}"`)
      .replace(/url: '[^']*'/, `url: '${prometheus.url}'`);
    const given = runInNewContext(`({ ${ours} })`, {
      secret: () => ({ secret: 'SLO_PAGE_TOKEN' }),
    }) as { slo: { objectives: { kind: string; forS?: number }[] } };
    const { slo } = parsePlan({
      target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' } },
      slo: {
        ...given.slo,
        instances: 1,
        scrapeS: 1,
        objectives: given.slo.objectives.map((one) => ({
          ...one,
          windowS: WINDOW_S,
          // A window of seconds never holds as many events as the limits of the page need.
          ...(one.kind === 'saturation' ? {} : { minimumEvents: one.kind === 'business-ratio' ? 20 : 100 }),
          ...(one.forS === undefined ? {} : { forS: 2 }),
        })),
      },
    });
    if (slo === undefined) throw new Error('the plan has no service levels');
    if (slo.source.adapter !== 'prometheus') throw new Error('the plan reads another source');
    const store = createPrometheus(prometheusOf(slo.source, { SLO_PAGE_TOKEN: 'Bearer of nothing' }));
    const atS = job.startsWith('demo_') ? undefined : asOf;
    const all = slo.objectives.map(async (one) => {
      const finding = await evaluateSlo((plan, level) => readSlo(store, plan, level, atS), slo, one);
      return [one.id, finding] as const;
    });
    return Object.fromEntries(
      (await Promise.all(all)).map(([id, { outcome, cause, measured, expected }]) => {
        if (outcome === 'fail') expect([measured, expected]).not.toContain(undefined);
        return [id, cause === 'warning-level' || outcome === 'unknown' ? `${outcome} ${cause}` : outcome];
      }),
    );
  }
  const each = (value: Record<string, string>): string[] => [...new Set(Object.values(value))];

  test('five panels: strained, breached, and without metrics', async () => {
    const [panels = ''] = PLANS;
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

  test('four objectives: breached, and without metrics', async () => {
    const [, objectives = ''] = PLANS;
    expect(Object.keys(await answers(objectives, 'breached'))).toHaveLength(4);
    expect(each(await answers(objectives, 'breached'))).toEqual(['fail']);
    expect(each(await answers(objectives, 'gone'))).toEqual(['unknown no-series']);
  });

  /** What the levels of a shop come to, once its visitors were there for a window. */
  const levels = (of: 'panels' | 'objectives', shop: keyof typeof SHOPS) =>
    inTime(PLANS[of === 'panels' ? 0 : 1] ?? '', shop);
  const inTime = (text: string, shop: keyof typeof SHOPS) =>
    expect.poll(() => answers(text, `demo_${shop}`), { timeout: 30_000, interval: 500 });
  const panels = {
    'requests-fit': 'pass',
    'errors-are-few': 'pass',
    'answers-take-less-than-2-s': 'pass',
    'answers-take-half-a-second': 'pass',
    'connections-are-free': 'pass',
    'redis-has-memory': 'pass',
  };
  const objectives = {
    'api-is-fast': 'pass',
    'errors-are-few': 'pass',
    'payments-succeed': 'pass',
    'database-is-fast': 'pass',
  };

  test("the demo's shop keeps all levels", async () => {
    await levels('panels', 'sound').toEqual(panels);
    await levels('objectives', 'sound').toEqual(objectives);
  });

  test('processor and memory of the shop, against what it has and against less', async () => {
    const [, , plenty = ''] = PLANS;
    await inTime(plenty, 'sound').toEqual({
      'processors-are-free': 'pass',
      'memory-is-free': 'pass',
    });
    const less = plenty.replace('capacity: 4,', 'capacity: 0.001,').replace('capacity: 8e9', 'capacity: 1e6');
    await inTime(less, 'sound').toEqual({
      'processors-are-free': 'fail',
      'memory-is-free': 'fail',
    });
  });

  test('slow answers break the levels of latency only', async () => {
    await levels('panels', 'slow').toEqual({ ...panels, 'answers-take-half-a-second': 'fail' });
    await levels('objectives', 'slow').toEqual({ ...objectives, 'api-is-fast': 'fail' });
  });

  test('3 % of errors are a warning for one plan, and a breach for the other', async () => {
    await levels('panels', 'failing').toEqual({ ...panels, 'errors-are-few': 'pass warning-level' });
    await levels('objectives', 'failing').toEqual({ ...objectives, 'errors-are-few': 'fail' });
  });

  test('payments that fail break the levels of payments and of errors', async () => {
    await levels('panels', 'unpaid').toEqual({ ...panels, 'errors-are-few': 'fail' });
    await levels('objectives', 'unpaid').toEqual({
      ...objectives,
      'payments-succeed': 'fail',
      'errors-are-few': 'fail',
    });
  });

  test('a crowded database, a lock in it, and a full Redis break the levels of each', async () => {
    await levels('panels', 'strained').toEqual({
      ...panels,
      'connections-are-free': 'fail',
      'redis-has-memory': 'fail',
    });
    await levels('objectives', 'strained').toEqual({ ...objectives, 'database-is-fast': 'fail' });
  });

  test('of a shop that is gone nothing is known', async () => {
    await shops.end('sound');
    await expect
      .poll(async () => each(await answers(PLANS[0] ?? '', 'demo_sound')), { timeout: 10_000 })
      .toEqual(['unknown target-down']);
    expect(each(await answers(PLANS[1] ?? '', 'demo_sound'))).toEqual(['unknown target-down']);
  });
});
