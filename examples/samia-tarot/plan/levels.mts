/**
 * Service levels by Prometheus. The first four are those of the document, lines 90 to 93, with its windows; a breach is
 * told with the value and its limit. It gives golden signals without limits, lines 84 to 87: those below are ours.
 */
import type { Phase, PlanInput } from '../../../contract/index.ts';
import { env, sinceSwitch } from './environment.mts';

type Objectives = NonNullable<PlanInput['slo']>['objectives'];

const AFTER: Phase[] = ['post-cutover', 'synthetic', 'watch'];
const WATCH: Phase[] = ['watch'];
const JOB = 'job="samia"';
const REQUESTS = `http_requests_total{${JOB}}`;
const DURATION = `http_request_duration_seconds{${JOB}}`;

const latency = (
  id: string,
  title: string,
  underS: number,
  share: number,
  phases: Phase[] = WATCH,
  histogram = DURATION,
): Objectives[number] => ({
  id,
  title,
  phases,
  kind: 'latency',
  histogram,
  underS,
  atLeast: { critical: share },
  windowS: 300,
  ...sinceSwitch(),
  owner: 'on-call engineer',
});

const fullness = (
  id: string,
  title: string,
  gauge: string,
  capacity: string | number,
): Objectives[number] => ({
  id,
  title,
  phases: WATCH,
  kind: 'saturation',
  used: { gauge },
  capacity,
  atMost: { warning: 0.8, critical: 0.95 },
  ...sinceSwitch(),
  owner: 'on-call engineer',
});

export const serviceLevels: NonNullable<PlanInput['slo']> = {
  source: { adapter: 'prometheus', url: env('PROMETHEUS_URL', 'https://prometheus.samia-tarot.com') },
  up: `up{${JOB}}`,
  objectives: [
    latency('api-p95-is-below-500ms', '95 % of requests take less than 500 ms', 0.5, 0.95, AFTER),
    {
      id: 'errors-are-below-1-percent',
      title: 'Fewer than 1 % of requests fail',
      phases: AFTER,
      kind: 'error-rate',
      bad: `http_requests_total{${JOB},code=~"5.."}`,
      total: REQUESTS,
      atMost: { critical: 0.01 },
      windowS: 300,
      ...sinceSwitch(),
      owner: 'on-call engineer',
    },
    {
      id: 'payments-succeed',
      title: 'More than 99 % of payments succeed',
      phases: AFTER,
      kind: 'business-ratio',
      good: `payments_succeeded_total{${JOB}}`,
      total: `payments_total{${JOB}}`,
      atLeast: { critical: 0.99 },
      windowS: 900,
      ...sinceSwitch(),
      owner: 'on-call engineer',
    },
    latency(
      'database-answers-below-100ms',
      '95 % of the queries of the database take less than 100 ms',
      0.1,
      0.95,
      AFTER,
      `db_query_duration_seconds{${JOB}}`,
    ),
    latency('p50-is-below-200ms', 'Half of the requests take less than 200 ms', 0.2, 0.5),
    latency('p99-is-below-2s', '99 % of requests take less than 2000 ms', 2, 0.99),
    {
      id: 'client-errors-are-few',
      title: 'Fewer than 10 % of requests are refused with 4xx',
      phases: WATCH,
      kind: 'error-rate',
      bad: `http_requests_total{${JOB},code=~"4.."}`,
      total: REQUESTS,
      atMost: { warning: 0.05, critical: 0.1 },
      ...sinceSwitch(),
      owner: 'on-call engineer',
    },
    fullness('processor-is-not-busy', 'CPU below 95 %', `cpu_usage_ratio{${JOB}}`, 1),
    fullness(
      'memory-is-left',
      'Memory below 95 %',
      `memory_used_bytes{${JOB}}`,
      `memory_limit_bytes{${JOB}}`,
    ),
    fullness(
      'connections-are-free',
      'Fewer than 95 % of the connections of the database are used',
      `pg_connections_used{${JOB}}`,
      `pg_connections_limit{${JOB}}`,
    ),
  ],
};
