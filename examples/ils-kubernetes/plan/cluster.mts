/** What the cluster says, asked by kubectl. All of it only reads. */
import { z } from 'zod';
import { atMost, equal, holds, secret, type PlanInput } from '../../../contract/index.ts';
import { env } from './environment.mts';

type Probes = NonNullable<PlanInput['probes']>;

const NAMESPACE = 'ils-production';
const kubectl = {
  kind: 'command',
  program: 'kubectl',
  env: { KUBECONFIG: secret('KUBECONFIG') },
  budgetMs: 30_000,
  owner: 'devops',
} as const;

const Nodes = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })) }),
    }),
  ),
});
const StatefulSets = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({
        replicas: z.number(),
        template: z.object({
          spec: z.object({
            // Others in the namespace may want nothing.
            containers: z.array(
              z.object({
                resources: z.object({ requests: z.record(z.string(), z.string()).optional() }).optional(),
              }),
            ),
          }),
        }),
      }),
      status: z.object({ readyReplicas: z.number().optional() }),
    }),
  ),
});
const Deployment = z.object({
  spec: z.object({
    replicas: z.number(),
    template: z.object({
      spec: z.object({
        containers: z.array(z.object({ env: z.array(z.object({ name: z.string() })).optional() })),
      }),
    }),
  }),
  status: z.object({ readyReplicas: z.number().optional(), updatedReplicas: z.number().optional() }),
});
const Pods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      // None yet where a pod waits for a node, as while the autoscaler works.
      status: z.object({ containerStatuses: z.array(z.object({ restartCount: z.number() })).default([]) }),
    }),
  ),
});
const Autoscaler = z.object({
  spec: z.object({ minReplicas: z.number(), maxReplicas: z.number() }),
  status: z.object({
    currentReplicas: z.number(),
    conditions: z.array(z.object({ type: z.string(), status: z.string() })),
  }),
});

/** What the release needs in its environment. */
const VARIABLES = ['DATABASE_URL', 'REDIS_URL', 'SENTRY_DSN', 'SESSION_SECRET'];

const UNITS: Readonly<Record<string, number>> = {
  ...{ m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};
/** `2Gi` or `2G` in bytes. */
const bytes = (text: string): number => parseFloat(text) * (UNITS[/[A-Za-z]+$/.exec(text)?.[0] ?? ''] ?? 1);

export const cluster: Probes = [
  {
    ...kubectl,
    id: 'cluster-is-ready',
    title: 'Every node of the cluster is ready',
    phases: ['preflight', 'cutover'],
    args: ['get', 'nodes', '-o', 'json'],
    schema: Nodes,
    expect: ({ body }) => {
      const { items } = Nodes.parse(body);
      const ready = items.filter(({ status }) =>
        status.conditions.some((one) => one.type === 'Ready' && one.status === 'True'),
      );
      return [
        holds('nodes', items.length >= 3, items.length, 'at least 3'),
        equal('nodes that are ready', ready.length, items.length),
      ];
    },
  },
  {
    ...kubectl,
    id: 'database-and-cache-run',
    title: 'PostgreSQL has the size that was planned, and Redis runs',
    phases: ['preflight', 'post-cutover'],
    args: ['get', 'statefulsets', '-n', NAMESPACE, '-o', 'json'],
    schema: StatefulSets,
    expect: ({ body }) => {
      const { items } = StatefulSets.parse(body);
      const of = (name: string) => items.find(({ metadata }) => metadata.name === name);
      const memory = of('postgres')?.spec.template.spec.containers[0]?.resources?.requests?.['memory'] ?? '0';
      return [
        ...['postgres', 'redis'].map((name) =>
          holds(
            `${name}: ready replicas`,
            (of(name)?.status.readyReplicas ?? 0) > 0 &&
              of(name)?.status.readyReplicas === of(name)?.spec.replicas,
            of(name)?.status.readyReplicas ?? 0,
            of(name)?.spec.replicas ?? 'at least one',
          ),
        ),
        holds('memory of postgres', bytes(memory) >= bytes('4Gi'), memory, 'at least 4Gi'),
      ];
    },
  },
  {
    ...kubectl,
    id: 'production-variables-are-set',
    title: 'The deployment has all environment variables that the release needs',
    phases: ['preflight'],
    args: ['get', 'deployment', 'ils-app', '-n', NAMESPACE, '-o', 'json'],
    schema: Deployment,
    expect: ({ body }) => {
      const names = Deployment.parse(body).spec.template.spec.containers.flatMap((one) =>
        (one.env ?? []).map(({ name }) => name),
      );
      return VARIABLES.map((name) =>
        holds(name, names.includes(name), names.includes(name) ? 'set' : 'not set', 'set'),
      );
    },
  },
  {
    ...kubectl,
    id: 'rollout-is-complete',
    title: 'The roll-out is complete within ten minutes',
    phases: ['cutover', 'post-cutover', 'rollback'],
    args: [
      'rollout',
      'status',
      'deployment/ils-app',
      '-n',
      NAMESPACE,
      `--timeout=${env('ILS_ROLLOUT_TIMEOUT', '10m')}`,
    ],
    // kubectl's own limit comes first, and says more.
    budgetMs: 11 * 60_000,
    contains: ['successfully rolled out'],
  },
  {
    ...kubectl,
    id: 'pods-are-ready',
    title: 'Three pods are wanted, and three are ready',
    phases: ['post-cutover', 'watch', 'rollback'],
    args: ['get', 'deployment', 'ils-app', '-n', NAMESPACE, '-o', 'json'],
    schema: Deployment,
    expect: ({ body }) => {
      const { spec, status } = Deployment.parse(body);
      return [
        holds('replicas', spec.replicas >= 3, spec.replicas, 'at least 3'),
        equal('ready replicas', status.readyReplicas ?? 0, spec.replicas),
      ];
    },
  },
  {
    ...kubectl,
    id: 'pods-do-not-restart',
    title: 'No pod has been started again',
    phases: ['post-cutover', 'watch'],
    args: ['get', 'pods', '-l', 'app=ils-app', '-n', NAMESPACE, '-o', 'json'],
    schema: Pods,
    expect: ({ body }) => {
      const started = Pods.parse(body).items.filter(({ status }) => status.containerStatuses.length > 0);
      return [
        holds('pods', started.length > 0, started.length, 'at least one that was started'),
        ...started.map(({ metadata, status }) =>
          atMost(
            `restarts of ${metadata.name}`,
            status.containerStatuses.reduce((sum, one) => sum + one.restartCount, 0),
            0,
          ),
        ),
      ];
    },
  },
  {
    ...kubectl,
    id: 'auto-scaling-works',
    title: 'The autoscaler reads its metrics and may scale',
    phases: ['watch'],
    args: ['get', 'hpa', 'ils-app', '-n', NAMESPACE, '-o', 'json'],
    schema: Autoscaler,
    expect: ({ body }) => {
      const { spec, status } = Autoscaler.parse(body);
      const is = (type: string): string =>
        status.conditions.find((one) => one.type === type)?.status ?? 'not told';
      return [
        equal('AbleToScale', is('AbleToScale'), 'True'),
        equal('ScalingActive', is('ScalingActive'), 'True'),
        holds(
          'replicas',
          status.currentReplicas >= spec.minReplicas && status.currentReplicas <= spec.maxReplicas,
          status.currentReplicas,
          `${spec.minReplicas} to ${spec.maxReplicas}`,
        ),
      ];
    },
  },
];
