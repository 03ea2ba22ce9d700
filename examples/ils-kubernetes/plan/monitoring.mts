/** What third parties say: error tracker, dashboards, logs, the laboratory. Their own trouble is never the target's. */
import { z } from 'zod';
import { equal, holds, type Phase, type PlanInput } from '../../../contract/index.ts';

type Probes = NonNullable<PlanInput['probes']>;

const AFTER: Phase[] = ['post-cutover', 'watch'];
const Project = z.object({ slug: z.string(), status: z.string() });
const Dashboards = z.array(z.object({ title: z.string() }));
const Rules = z.object({
  status: z.literal('success'),
  data: z.object({
    groups: z.array(z.object({ rules: z.array(z.object({ name: z.string(), health: z.string() })) })),
  }),
});
const Status = z.object({ status: z.object({ indicator: z.string() }) });

const Sample = z.object({
  status: z.literal('success'),
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })).length(1) }),
});

/** One number of Prometheus, which is asked as a third party: no series, or several, is unknown. */
const number = (query: string) =>
  ({
    kind: 'query',
    phases: ['watch'],
    endpoint: 'prometheus',
    path: '/api/v1/query',
    query: { query },
    schema: Sample,
  }) as const;
const valueIn = (body: unknown): number => Number(Sample.parse(body).data.result[0]?.value[1]);

export const monitoring: Probes = [
  {
    ...number('sum(active_users{job="ils"})'),
    id: 'users-are-active',
    title: 'Users are active',
    phases: ['watch'],
    expect: ({ body }) => [holds('active users', valueIn(body) > 0, valueIn(body), 'at least one')],
    owner: 'product',
  },
  {
    ...number('max(deriv(memory_used_bytes{job="ils"}[10m])) * 3600 / max(memory_limit_bytes{job="ils"})'),
    id: 'memory-does-not-grow',
    title: 'Memory grows by less than 10 % of its limit an hour',
    phases: ['watch'],
    expect: ({ body }) => [
      holds(
        'growth an hour',
        valueIn(body) < 0.1,
        `${(100 * valueIn(body)).toFixed(1)} %`,
        'below 10 % of the limit',
      ),
    ],
    owner: 'backend',
  },
  {
    kind: 'query',
    id: 'error-tracker-is-configured',
    title: 'Sentry knows the project and takes its errors',
    phases: ['preflight'],
    endpoint: 'sentry',
    path: '/api/0/projects/ils/ils-app/',
    schema: Project,
    expect: ({ body }) => [equal('state of the project', Project.parse(body).status, 'active')],
    owner: 'backend',
  },
  {
    kind: 'query',
    id: 'staging-has-no-critical-issues',
    title: 'Sentry has no unresolved fatal issue of staging',
    phases: ['preflight'],
    endpoint: 'sentry',
    path: '/api/0/projects/ils/ils-app/issues/',
    query: { query: 'is:unresolved level:fatal environment:staging' },
    count: '$',
    atMost: 0,
    owner: 'backend',
  },
  {
    kind: 'query',
    id: 'no-new-errors',
    title: 'Sentry has no new issue since the cut-over began',
    phases: ['cutover', ...AFTER],
    endpoint: 'sentry',
    path: '/api/0/projects/ils/ils-app/issues/',
    query: { query: 'is:unresolved environment:production firstSeen:>{since}' },
    since: { minutes: 60 },
    count: '$',
    atMost: 0,
    owner: 'backend',
  },
  {
    kind: 'query',
    id: 'grafana-has-its-dashboards',
    title: 'Grafana has the dashboards of ILS',
    phases: ['preflight', 'cutover'],
    endpoint: 'grafana',
    path: '/api/search',
    query: { tag: 'ils' },
    schema: Dashboards,
    expect: ({ body }) => {
      const titles = Dashboards.parse(body).map(({ title }) => title);
      return ['ILS application', 'ILS infrastructure', 'ILS database'].map((name) =>
        holds(name, titles.includes(name), titles.join(', '), name),
      );
    },
    owner: 'devops',
  },
  {
    kind: 'query',
    id: 'alert-rules-are-loaded',
    title: 'Prometheus has the alert rules of ILS and can evaluate them',
    phases: ['preflight', 'watch'],
    endpoint: 'prometheus',
    path: '/api/v1/rules',
    query: { type: 'alert' },
    schema: Rules,
    expect: ({ body }) => {
      const rules = Rules.parse(body).data.groups.flatMap((group) => group.rules);
      return ['IlsErrorRate', 'IlsLatency', 'IlsCpu', 'IlsMemory', 'IlsConnections'].map((name) => {
        const health = rules.find((rule) => rule.name === name)?.health ?? 'not loaded';
        return holds(name, health === 'ok' || health === 'unknown', health, 'loaded');
      });
    },
    owner: 'devops',
  },
  {
    kind: 'query',
    id: 'logs-arrive',
    title: 'The log store has lines of the last five minutes',
    phases: ['preflight', ...AFTER],
    endpoint: 'loki',
    path: '/loki/api/v1/query',
    query: { query: 'sum(count_over_time({app="ils-app"}[5m]))' },
    schema: LokiSum(),
    expect: ({ body }) => [holds('lines', sumOf(body) > 0, sumOf(body), 'at least one')],
    owner: 'devops',
  },
  {
    kind: 'query',
    id: 'pod-logs-have-no-errors',
    title: 'The logs of the pods have no error since the roll-out',
    phases: ['cutover', ...AFTER],
    endpoint: 'loki',
    path: '/loki/api/v1/query_range',
    query: {
      query: '{app="ils-app",namespace="ils-production"} | json | level="error"',
      start: '{since:ns}',
      limit: '1',
    },
    since: { minutes: 30 },
    count: 'data.result',
    atMost: 0,
    owner: 'backend',
  },
  {
    kind: 'query',
    id: 'slow-queries-are-few',
    title: 'At most ten queries took more than a second in half an hour',
    phases: AFTER,
    endpoint: 'loki',
    path: '/loki/api/v1/query',
    query: { query: 'sum(count_over_time({app="postgres"} |= "duration:" [30m]))' },
    schema: LokiSum(),
    expect: ({ body }) => [holds('slow queries', sumOf(body) <= 10, sumOf(body), 'at most 10')],
    owner: 'backend',
  },
  {
    kind: 'query',
    id: 'dependencies-are-healthy',
    title: 'The laboratory says that its service is up',
    phases: ['preflight', 'watch'],
    endpoint: 'laboratory',
    path: '/api/v2/status.json',
    schema: Status,
    expect: ({ body }) => [equal('indicator', Status.parse(body).status.indicator, 'none')],
    owner: 'backend',
  },
];

/** What Loki answers to `sum(...)`: one sample, or none where there was no line. */
function LokiSum() {
  return z.object({
    data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
  });
}

function sumOf(body: unknown): number {
  return Number(LokiSum().parse(body).data.result[0]?.value[1] ?? 0);
}
