/** Single numbers that are no share of requests, and the alert rules that watch production for good. */
import type { PlanInput } from '../../../contract/index.ts';
import { env, SINCE_SWITCH } from './environment.mts';

export const metrics: NonNullable<PlanInput['metrics']> = {
  sources: {
    prometheus: { adapter: 'prometheus', url: env('PROMETHEUS_URL', 'https://prometheus.ils.example.com') },
  },
  checks: [
    {
      kind: 'gauge',
      id: 'users-are-active',
      title: 'Users are active',
      phases: ['watch'],
      of: 'sum(active_users{job="ils"})',
      limits: { critical: { atLeast: 1 } },
      owner: 'product',
    },
    {
      kind: 'trend',
      id: 'memory-does-not-grow',
      title: 'Memory grows by less than 10 % of its limit an hour',
      phases: ['watch'],
      of: 'max(memory_used_bytes{job="ils"} / memory_limit_bytes{job="ils"})',
      per: 'hour',
      windowS: 600,
      // The old pods were full, the new ones begin empty: across the switch that is no growth of anything.
      ...SINCE_SWITCH,
      limits: { warning: { atMost: 0.05 }, critical: { atMost: 0.1 } },
      owner: 'backend',
    },
  ],
};

/** By the thresholds of the document, lines 401 to 405: what is critical there. */
const RULES = ['IlsErrorRate', 'IlsLatency', 'IlsCpu', 'IlsMemory', 'IlsConnections'];

export const alerts: NonNullable<PlanInput['alerts']> = [
  {
    id: 'alert-rules-are-loaded',
    title: 'Prometheus has the alert rules of ILS, with their severity, and evaluates them',
    phases: ['preflight', 'watch'],
    rules: RULES.map((alert) => ({ alert, severity: 'critical', forS: 300 })),
    owner: 'devops',
  },
];
