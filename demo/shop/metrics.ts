import type { FastifyInstance } from 'fastify';

/** Seconds; the boundaries that service levels are likely to name. */
const BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5];

/** Counts the answers of a shop, and shows them at `/metrics` as Prometheus reads them. Its own scrapes do not count. */
export function exportMetrics(app: FastifyInstance): void {
  const counts = new Map<string, number>();
  const within = new Map<number, number>(BOUNDS.map((bound) => [bound, 0]));
  const totals = { requests: 0, errors: 0, seconds: 0 };
  app.addHook('onResponse', (request, reply, done) => {
    if (request.routeOptions.url !== '/metrics') {
      const seconds = reply.elapsedTime / 1000;
      totals.requests += 1;
      totals.seconds += seconds;
      if (reply.statusCode >= 500) totals.errors += 1;
      const labels = `method="${request.method}",code="${reply.statusCode}"`;
      counts.set(labels, (counts.get(labels) ?? 0) + 1);
      for (const [bound, count] of within) if (seconds <= bound) within.set(bound, count + 1);
    }
    done();
  });
  app.get('/metrics', (_request, reply) =>
    reply.type('text/plain; version=0.0.4').send(
      [
        '# TYPE http_requests_total counter',
        ...[...counts].map(([labels, count]) => `http_requests_total{${labels}} ${count}`),
        // With 0 from its start: no series would not mean no errors.
        '# TYPE http_errors_total counter',
        `http_errors_total ${totals.errors}`,
        '# TYPE http_request_duration_seconds histogram',
        ...[...within].map(
          ([bound, count]) => `http_request_duration_seconds_bucket{le="${bound}"} ${count}`,
        ),
        `http_request_duration_seconds_bucket{le="+Inf"} ${totals.requests}`,
        `http_request_duration_seconds_sum ${totals.seconds}`,
        `http_request_duration_seconds_count ${totals.requests}`,
        '',
      ].join('\n'),
    ),
  );
}
