import type { Series } from '../system/prometheus.ts';

/** What the metrics of ILS say; faults say something else. */
export interface Load {
  readonly requestsPerS: number;
  readonly errorShare: number;
  /** Share of requests that take at most so many seconds, by the boundaries of the histogram. */
  readonly fast: Readonly<Record<'0.1' | '0.5' | '1.0' | '2.0', number>>;
  readonly fastQueries: number;
  readonly fastExternal: number;
  readonly cacheHits: number;
  readonly users: number;
  readonly cpu: number;
  readonly memory: number;
  /** Share of the limit that memory grows by in an hour. */
  readonly leak: number;
  readonly connections: number;
}

export const HEALTHY: Load = {
  requestsPerS: 20,
  errorShare: 0.001,
  fast: { '0.1': 0.7, '0.5': 0.985, '1.0': 0.995, '2.0': 0.999 },
  fastQueries: 0.99,
  fastExternal: 0.99,
  cacheHits: 0.95,
  users: 57,
  cpu: 0.35,
  memory: 0.5,
  leak: 0,
  connections: 0.3,
};

/** Counters begin long before the past that is made up: they only grow. */
const BEFORE_S = 10_000;

/** The series of the job `ils`, with everything that its levels ask. */
export function ilsSeries(load: Load): readonly Series[] {
  const counter = (metric: string, perS: number, labels: Readonly<Record<string, string>> = {}): Series => ({
    metric,
    labels,
    type: 'counter',
    value: (seconds) => Math.floor((seconds + BEFORE_S) * perS),
  });
  const gauge = (metric: string, value: number): Series => ({ metric, type: 'gauge', value: () => value });
  const { requestsPerS } = load;
  const histogram = (
    metric: string,
    perS: number,
    shares: Readonly<Record<string, number>>,
  ): readonly Series[] =>
    Object.entries({ ...shares, '+Inf': 1 }).map(([le, share]) =>
      counter(`${metric}_bucket`, perS * share, { le }),
    );
  return [
    counter('http_requests_total', requestsPerS * (1 - load.errorShare), { code: '200' }),
    counter('http_requests_total', requestsPerS * load.errorShare, { code: '500' }),
    ...histogram('http_request_duration_seconds', requestsPerS, load.fast),
    ...histogram('db_query_duration_seconds', 2 * requestsPerS, { '0.1': load.fastQueries }),
    ...histogram('external_request_duration_seconds', requestsPerS / 4, { '1.0': load.fastExternal }),
    counter('cache_hits_total', requestsPerS * load.cacheHits),
    counter('cache_requests_total', requestsPerS),
    gauge('cpu_usage_ratio', load.cpu),
    {
      metric: 'memory_used_bytes',
      type: 'gauge',
      value: (seconds) => Math.round((load.memory + (load.leak * seconds) / 3600) * 2 ** 31),
    },
    gauge('active_users', load.users),
    gauge('memory_limit_bytes', 2 ** 31),
    gauge('pg_connections_used', load.connections * 100),
    gauge('pg_connections_limit', 100),
  ];
}

const rule = (alert: string, expr: string, severity: 'warning' | 'critical'): object => ({
  alert,
  expr,
  for: '5m',
  labels: { severity },
});

/** The alert rules of ILS, by the thresholds of its document. */
export const ILS_RULES = {
  groups: [
    {
      name: 'ils',
      rules: [
        rule(
          'IlsErrorRate',
          'sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) > 0.05',
          'critical',
        ),
        rule(
          'IlsLatency',
          'histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) > 1',
          'critical',
        ),
        rule('IlsCpu', 'cpu_usage_ratio > 0.9', 'critical'),
        rule('IlsMemory', 'memory_used_bytes / memory_limit_bytes > 0.95', 'critical'),
        rule('IlsConnections', 'pg_connections_used / pg_connections_limit > 0.9', 'critical'),
      ],
    },
  ],
};
