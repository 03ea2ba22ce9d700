import { ConfigMapManifest, TestRunManifest } from './manifest-schema.ts';
import type { RunnerOrder } from './runner-order.ts';

/** What the cluster is asked for besides the order itself. */
export interface PodChoices {
  /** Names of variables that the flow reads; their values are in the Secret, under the same keys. */
  readonly secrets: readonly string[];
  readonly secretName: string;
  /** Of the pod that starts the runners; undefined leaves it to the operator. */
  readonly starterImage: string | undefined;
  /** Whether runners must be on nodes of their own; with too few nodes the load then never starts. */
  readonly separate: boolean;
  /** Of one runner, as Kubernetes writes it: `1`, `500m`; `1Gi`. */
  readonly cpu: string;
  readonly memory: string;
}

const QUIET_AND_CLOSED = [
  { name: 'K6_NO_USAGE_REPORT', value: 'true' },
  { name: 'K6_AUTO_EXTENSION_RESOLUTION', value: 'false' },
];

/**
 * The ConfigMap with the script and the TestRun that k6-operator runs it by. Pure. There is no `cleanup`: the Jobs and
 * their pods are what the collector reads.
 * @throws ZodError when a name or quantity is none
 */
export function manifestOf(
  order: RunnerOrder,
  script: string,
  choices: PodChoices,
): readonly [ConfigMapManifest, TestRunManifest] {
  const { name, namespace, parallelism, image } = order;
  const labels = {
    'app.kubernetes.io/managed-by': 'greenlight',
    'greenlight/check': order.check.slice(0, 63).replace(/-+$/, ''),
    'greenlight/nonce': order.k6.nonce,
  };
  const metadata = { name, namespace, labels };
  const { cpu, memory, secretName } = choices;
  const resources = { requests: { cpu, memory }, limits: { memory } };
  return [
    ConfigMapManifest.parse({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      immutable: true,
      data: { 'script.js': script },
    }),
    TestRunManifest.parse({
      apiVersion: 'k6.io/v1alpha1',
      kind: 'TestRun',
      metadata,
      spec: {
        parallelism,
        separate: choices.separate,
        quiet: 'true',
        paused: 'true',
        // Not `--out=csv=-`: in one piece the operator would hand it to `k6 archive`, which does not know it.
        arguments: '--out csv=- --no-usage-report --no-color',
        script: { configMap: { name, file: 'script.js' } },
        initializer: {
          image,
          automountServiceAccountToken: 'false',
          env: QUIET_AND_CLOSED,
          resources: { requests: { cpu: '100m', memory }, limits: { memory } },
        },
        starter: {
          ...(choices.starterImage === undefined ? {} : { image: choices.starterImage }),
          automountServiceAccountToken: 'false',
        },
        runner: {
          image,
          automountServiceAccountToken: 'false',
          env: [
            ...QUIET_AND_CLOSED,
            { name: 'K6_CSV_TIME_FORMAT', value: 'unix_milli' },
            { name: 'K6_CSV_SAVE_INTERVAL', value: '500ms' },
            ...choices.secrets.map((key) => ({
              name: key,
              valueFrom: { secretKeyRef: { name: secretName, key } },
            })),
          ],
          resources,
        },
      },
    }),
  ];
}
