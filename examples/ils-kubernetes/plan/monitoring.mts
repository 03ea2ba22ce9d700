/** What third parties say: error tracker, dashboards, logs, the laboratory. Their own trouble is never the target's. */
import { z } from 'zod';
import { equal, holds, type Phase, type PlanInput } from '../../../contract/index.ts';
import { sinceCutOver, sinceSwitch } from './environment.mts';

type Probes = NonNullable<PlanInput['probes']>;

const AFTER: Phase[] = ['post-cutover', 'watch'];
const Project = z.object({ slug: z.string(), status: z.string() });
const Dashboards = z.array(z.object({ title: z.string() }));
/** Of the laboratory itself: whatever else it says is its trouble, and an answer in another shape is unknown, never a fail. */
const Healthy = z.object({ status: z.object({ indicator: z.literal('none') }) });

export const monitoring: Probes = [
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
    since: sinceCutOver(60),
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
    id: 'logs-arrive',
    title: 'The log store has lines of the release: since the switch, or of the last five minutes',
    phases: ['preflight', ...AFTER],
    endpoint: 'loki',
    path: '/loki/api/v1/query',
    query: { query: 'sum(count_over_time({app="ils-app"}[{since:age}]))' },
    since: sinceSwitch(5),
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
    since: sinceCutOver(30),
    count: 'data.result',
    atMost: 0,
    witness: linesOf('{app="ils-app",namespace="ils-production"}[{since:age}]'),
    owner: 'backend',
  },
  {
    kind: 'query',
    id: 'no-burst-of-slow-queries',
    title: 'At most ten queries took more than a second since the switch',
    phases: ['post-cutover'],
    endpoint: 'loki',
    ...linesOf('{app="postgres"} |= "duration:" [{since:age}]'),
    since: sinceSwitch(30),
    atMost: 10,
    witness: linesOf('{app="postgres"}[24h]'),
    owner: 'backend',
  },
  {
    kind: 'query',
    id: 'slow-queries-are-few',
    title: 'At most ten queries took more than a second in half an hour',
    // By the document it begins an hour after the roll-out: what was slow before is not in it any more.
    phases: ['watch'],
    endpoint: 'loki',
    ...linesOf('{app="postgres"} |= "duration:" [30m]'),
    atMost: 10,
    // It writes little while all is well; a day without any line is one that does not arrive here.
    witness: linesOf('{app="postgres"}[24h]'),
    owner: 'backend',
  },
  {
    kind: 'query',
    id: 'dependencies-are-healthy',
    title: 'The laboratory says that its service is up',
    phases: ['preflight', 'watch'],
    endpoint: 'laboratory',
    path: '/api/v2/status.json',
    schema: Healthy,
    owner: 'backend',
  },
];

/** So many lines there are. Without one Loki gives no sample, which is a count of nothing only beside a witness. */
function linesOf(lines: string) {
  return {
    path: '/loki/api/v1/query',
    query: { query: `sum(count_over_time(${lines}))` },
    count: 'data.result.0.value.1',
    countOfNothing: 0,
  };
}

/** What Loki answers to `sum(...)`: one sample, or none where there was no line. */
function LokiSum() {
  return z.object({
    data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
  });
}

function sumOf(body: unknown): number {
  return Number(LokiSum().parse(body).data.result[0]?.value[1] ?? 0);
}
