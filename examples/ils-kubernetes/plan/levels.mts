/**
 * Service levels by Prometheus. The document has two limits for the p95: above 1000 ms is critical (line 402), above
 * 2000 ms means roll back (line 236). Both are here, each as a check of its own. No level looks back beyond the switch.
 */
import type { Phase, PlanInput } from '../../../contract/index.ts';
import { env, SINCE_SWITCH } from './environment.mts';

const AFTER: Phase[] = ['post-cutover', 'watch'];
const ALSO_BACK: Phase[] = [...AFTER, 'rollback'];
const JOB = 'job="ils"';
const REQUESTS = `http_requests_total{${JOB}}`;
const DURATION = `http_request_duration_seconds{${JOB}}`;

type Objectives = NonNullable<PlanInput['slo']>['objectives'];

const latency = (
  id: string,
  title: string,
  underS: number,
  share: number,
  histogram = DURATION,
): Objectives[number] => ({
  id,
  title,
  phases: AFTER,
  kind: 'latency',
  histogram,
  underS,
  atLeast: { critical: share },
  owner: 'on-call',
});

const fullness = (
  id: string,
  title: string,
  gauge: string,
  capacity: string | number,
  atMost: { warning: number; critical: number },
): Objectives[number] => ({
  id,
  title,
  phases: AFTER,
  kind: 'saturation',
  used: { gauge },
  capacity,
  atMost,
  owner: 'on-call',
});

const levels: Objectives = [
  {
    id: 'errors-are-few',
    title: 'Fewer than 1 % of requests fail; above 5 % means roll back',
    phases: ALSO_BACK,
    kind: 'error-rate',
    bad: `http_requests_total{${JOB},code=~"5.."}`,
    total: REQUESTS,
    atMost: { warning: 0.01, critical: 0.05 },
    owner: 'on-call',
  },
  latency('answers-are-fast', '95 % of requests take less than 1000 ms', 1, 0.95),
  latency(
    'p95-is-below-500ms',
    '95 % of requests take less than 500 ms, the criterion of success',
    0.5,
    0.95,
  ),
  latency('p95-is-below-2s', '95 % of requests take less than 2000 ms; slower means roll back', 2, 0.95),
  latency('p50-is-below-100ms', 'Half of the requests take less than 100 ms', 0.1, 0.5),
  latency('p99-is-below-2s', '99 % of requests take less than 2000 ms', 2, 0.99),
  latency(
    'queries-are-fast',
    '95 % of the queries of the database take less than 100 ms',
    0.1,
    0.95,
    `db_query_duration_seconds{${JOB}}`,
  ),
  {
    ...latency(
      'external-apis-are-fast',
      '95 % of the calls of other services take less than 1000 ms',
      1,
      0.95,
      `external_request_duration_seconds{${JOB}}`,
    ),
    // A third party that is slow is told, and no reason to roll back.
    severity: 'advisory',
  },
  {
    id: 'cache-is-used',
    title: 'At least 80 % of the look-ups find what they want in Redis',
    phases: AFTER,
    kind: 'business-ratio',
    good: `cache_hits_total{${JOB}}`,
    total: `cache_requests_total{${JOB}}`,
    atLeast: { warning: 0.9, critical: 0.8 },
    owner: 'backend',
  },
  fullness('processor-is-not-busy', 'CPU below 90 %', `cpu_usage_ratio{${JOB}}`, 1, {
    warning: 0.7,
    critical: 0.9,
  }),
  fullness('memory-is-left', 'Memory below 95 %', `memory_used_bytes{${JOB}}`, `memory_limit_bytes{${JOB}}`, {
    warning: 0.8,
    critical: 0.95,
  }),
  fullness(
    'connections-are-free',
    'Fewer than 90 % of the connections of the database are used',
    `pg_connections_used{${JOB}}`,
    `pg_connections_limit{${JOB}}`,
    { warning: 0.7, critical: 0.9 },
  ),
];

export const serviceLevels: NonNullable<PlanInput['slo']> = {
  source: { adapter: 'prometheus', url: env('PROMETHEUS_URL', 'https://prometheus.ils.example.com') },
  up: `up{${JOB}}`,
  objectives: levels.map((level) => ({ ...level, ...SINCE_SWITCH })),
};
