import type { Series } from '../system/prometheus.ts';

/** What the metrics of Samia Tarot say; faults say something else. */
export interface Load {
  readonly requestsPerS: number;
  readonly errorShare: number;
  readonly refusedShare: number;
  /** Share of requests that take at most so many seconds, by the boundaries of the histogram. */
  readonly fast: Readonly<Record<'0.2' | '0.5' | '2.0', number>>;
  readonly fastQueries: number;
  readonly paid: number;
  readonly users: number;
  readonly cpu: number;
  readonly memory: number;
  readonly connections: number;
}

export const HEALTHY: Load = {
  requestsPerS: 20,
  errorShare: 0.001,
  refusedShare: 0.02,
  fast: { '0.2': 0.8, '0.5': 0.985, '2.0': 0.999 },
  fastQueries: 0.99,
  paid: 0.998,
  users: 31,
  cpu: 0.3,
  memory: 0.5,
  connections: 0.25,
};

/** So many seconds are looked back on: the longest window, and one scrape more than it. */
export const PAST_S = 1200;
/** Counters begin long before the past that is made up: they only grow. */
const BEFORE_S = 10_000;

/** The series of the job `samia`, with everything that its levels ask. */
export function samiaSeries(load: Load): readonly Series[] {
  const counter = (metric: string, perS: number, labels: Readonly<Record<string, string>> = {}): Series => ({
    metric,
    labels,
    type: 'counter',
    value: (seconds) => Math.floor((seconds + BEFORE_S) * perS),
  });
  const gauge = (metric: string, value: number): Series => ({ metric, type: 'gauge', value: () => value });
  const histogram = (
    metric: string,
    perS: number,
    shares: Readonly<Record<string, number>>,
  ): readonly Series[] =>
    Object.entries({ ...shares, '+Inf': 1 }).map(([le, share]) =>
      counter(`${metric}_bucket`, perS * share, { le }),
    );
  const { requestsPerS, errorShare, refusedShare } = load;
  return [
    counter('http_requests_total', requestsPerS * (1 - errorShare - refusedShare), { code: '200' }),
    counter('http_requests_total', requestsPerS * refusedShare, { code: '404' }),
    counter('http_requests_total', requestsPerS * errorShare, { code: '500' }),
    ...histogram('http_request_duration_seconds', requestsPerS, load.fast),
    ...histogram('db_query_duration_seconds', 2 * requestsPerS, { '0.1': load.fastQueries }),
    counter('payments_total', 2),
    counter('payments_succeeded_total', 2 * load.paid),
    gauge('active_users', load.users),
    gauge('cpu_usage_ratio', load.cpu),
    gauge('memory_used_bytes', Math.round(load.memory * 2 ** 31)),
    gauge('memory_limit_bytes', 2 ** 31),
    gauge('pg_connections_used', load.connections * 100),
    gauge('pg_connections_limit', 100),
  ];
}

const rule = (alert: string, expr: string, severity: 'warning' | 'critical'): object => ({
  alert,
  expr,
  labels: { severity },
});
const p95 = (histogram: string): string =>
  `histogram_quantile(0.95, sum by (le) (rate(${histogram}_bucket[5m])))`;

/** The alert rules of Samia Tarot, by the service levels of its document. */
export const SAMIA_RULES = {
  groups: [
    {
      name: 'samia',
      rules: [
        rule('SamiaApiLatency', `${p95('http_request_duration_seconds')} > 0.5`, 'warning'),
        rule(
          'SamiaErrorRate',
          'sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) > 0.01',
          'critical',
        ),
        rule(
          'SamiaPaymentSuccess',
          'sum(rate(payments_succeeded_total[15m])) / sum(rate(payments_total[15m])) < 0.99',
          'critical',
        ),
        rule('SamiaDatabaseLatency', `${p95('db_query_duration_seconds')} > 0.1`, 'warning'),
      ],
    },
  ],
};
