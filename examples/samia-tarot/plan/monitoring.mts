/** Third parties: dashboards and the status page. Their own trouble is never the target's. */
import { z } from 'zod';
import { equal, holds, type PlanInput } from '../../../contract/index.ts';

type Probes = NonNullable<PlanInput['probes']>;

const Dashboards = z.array(z.object({ title: z.string() }));
const Status = z.object({ status: z.object({ indicator: z.string() }) });

/** The four golden signals. */
const SIGNALS = ['latency', 'traffic', 'errors', 'saturation'];

export const monitoring: Probes = [
  {
    kind: 'query',
    id: 'dashboards-are-active',
    title: 'Grafana has the dashboards of the four golden signals',
    phases: ['preflight'],
    endpoint: 'grafana',
    path: '/api/search',
    query: { tag: 'samia' },
    schema: Dashboards,
    expect: ({ body }) => {
      const titles = Dashboards.parse(body).map(({ title }) => title.toLowerCase());
      return SIGNALS.map((signal) =>
        holds(
          `dashboard of ${signal}`,
          titles.some((title) => title.includes(signal)),
          titles.join(', '),
          `one that is called ${signal}`,
        ),
      );
    },
    owner: 'on-call engineer',
  },
  {
    kind: 'query',
    id: 'status-page-is-ready',
    title: 'The status page answers, and reports no incident',
    phases: ['rollback'],
    endpoint: 'statusPage',
    path: '/api/v2/status.json',
    schema: Status,
    expect: ({ body }) => [equal('indicator', Status.parse(body).status.indicator, 'none')],
    owner: 'release manager',
  },
];
