import type { startKubernetesApi } from '../system/kubernetes-api.ts';
import type { Manifest } from '../system/kubernetes-objects.ts';

const NAMESPACE = 'ils-production';

const node = (name: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
});

const pod = (name: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: NAMESPACE, labels: { app: 'ils-app' } },
  status: { phase: 'Running', containerStatuses: [{ name: 'ils-app', ready: true, restartCount: 0 }] },
});

const statefulSet = (name: string, memory: string): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name, namespace: NAMESPACE },
  spec: { replicas: 1, template: { spec: { containers: [{ name, resources: { requests: { memory } } }] } } },
  status: { replicas: 1, readyReplicas: 1 },
});

/** What is in the cluster while all is well, before the cut-over. */
export function clusterObjects(image: string): Parameters<typeof startKubernetesApi>[0] {
  return {
    namespace: NAMESPACE,
    deployment: {
      name: 'ils-app',
      replicas: 3,
      image,
      variables: ['DATABASE_URL', 'REDIS_URL', 'SENTRY_DSN', 'SESSION_SECRET'],
    },
    others: {
      nodes: ['node-1', 'node-2', 'node-3'].map(node),
      pods: ['ils-app-1', 'ils-app-2', 'ils-app-3'].map(pod),
      statefulsets: [statefulSet('postgres', '8Gi'), statefulSet('redis', '1Gi')],
      horizontalpodautoscalers: [
        {
          apiVersion: 'autoscaling/v2',
          kind: 'HorizontalPodAutoscaler',
          metadata: { name: 'ils-app', namespace: NAMESPACE },
          spec: { minReplicas: 3, maxReplicas: 10 },
          status: {
            currentReplicas: 3,
            desiredReplicas: 3,
            conditions: [
              { type: 'AbleToScale', status: 'True' },
              { type: 'ScalingActive', status: 'True' },
            ],
          },
        },
      ],
    },
  };
}
