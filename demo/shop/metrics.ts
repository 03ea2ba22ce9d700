import type { FastifyInstance } from 'fastify';
import type { CacheMemory } from './cache-memory.ts';
import type { Connections } from './database.ts';
import { createHistogram, type Histogram } from './histogram.ts';
import type { PaymentCounts } from './payment-counts.ts';

/** What a shop measures about itself besides its answers. */
export interface ShopMeasures {
  readonly payments: PaymentCounts;
  readonly queryTimes: Histogram;
  /** @throws Error when the database does not say */
  readonly connections: () => Promise<Connections>;
  /** @throws Error when Redis does not say */
  readonly cacheMemory: () => Promise<CacheMemory>;
}

/** Seconds; the boundaries that service levels are likely to name. */
const BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5];

/**
 * Counts the answers of a shop, and shows them at `/metrics` as Prometheus reads them, with what the shop measures. Its
 * own scrapes do not count. What could not be measured is left out: any value would be invented.
 */
export function exportMetrics(
  app: FastifyInstance,
  measures: ShopMeasures,
  log: (message: string, error: unknown) => void,
): void {
  const counts = new Map<string, number>();
  const durations = createHistogram(BOUNDS);
  let errors = 0;
  app.addHook('onResponse', (request, reply, done) => {
    if (request.routeOptions.url !== '/metrics') {
      durations.observe(reply.elapsedTime / 1000);
      if (reply.statusCode >= 500) errors += 1;
      const labels = `method="${request.method}",code="${reply.statusCode}"`;
      counts.set(labels, (counts.get(labels) ?? 0) + 1);
    }
    done();
  });
  const measured = async <T>(what: string, ask: () => Promise<T>, show: (found: T) => readonly string[]) =>
    ask().then(show, (error: unknown) => {
      log(`${what} could not be measured`, error);
      return [];
    });
  app.get('/metrics', async (_request, reply) => {
    const asked = await Promise.all([
      measured('connections', measures.connections, ({ used, limit }) => [
        ...gauge('pg_stat_activity_count', used),
        ...gauge('pg_settings_max_connections', limit),
      ]),
      measured('memory of Redis', measures.cacheMemory, ({ used, limit }) => [
        ...gauge('redis_memory_used_bytes', used),
        ...gauge('redis_memory_max_bytes', limit),
      ]),
    ]);
    const { user, system } = process.cpuUsage();
    const lines = [
      '# TYPE process_cpu_seconds_total counter',
      `process_cpu_seconds_total ${(user + system) / 1e6}`,
      ...gauge('process_resident_memory_bytes', process.memoryUsage.rss()),
      '# TYPE http_requests_total counter',
      ...[...counts].map(([labels, count]) => `http_requests_total{${labels}} ${count}`),
      // With 0 from its start: no series would not mean no errors.
      '# TYPE http_errors_total counter',
      `http_errors_total ${errors}`,
      ...durations.lines('http_request_duration_seconds'),
      ...measures.queryTimes.lines('db_query_duration_seconds'),
      ...measures.payments.lines(),
      ...asked.flat(),
    ];
    return reply.type('text/plain; version=0.0.4').send(`${lines.join('\n')}\n`);
  });
}

function gauge(name: string, value: number): readonly string[] {
  return [`# TYPE ${name} gauge`, `${name} ${value}`];
}
