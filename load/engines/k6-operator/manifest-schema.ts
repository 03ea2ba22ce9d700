import { z } from 'zod';
import { MOST_SHARDS } from '../../../contract/evidence/shard.ts';
import { DnsLabel, MOST_NAME } from './runner-order.ts';

/**
 * The fields that we write, with the types that the API server wants: `quiet` and `automountServiceAccountToken` of a
 * TestRun are texts. Strict, so that `cleanup: post`, which would delete what the runners saw, cannot slip in.
 */
const EnvName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/);
const EnvVar = z.union([
  z.strictObject({ name: EnvName, value: z.string() }),
  z.strictObject({
    name: EnvName,
    valueFrom: z.strictObject({ secretKeyRef: z.strictObject({ name: DnsLabel, key: EnvName }) }),
  }),
]);
const Quantity = z.string().regex(/^\d+(\.\d+)?(m|k|M|G|Ki|Mi|Gi)?$/);
const Resources = z.strictObject({
  requests: z.strictObject({ cpu: Quantity, memory: Quantity }),
  /** Memory only: a limit on the processor stops k6 many times a second, and its delay looks like the target's. */
  limits: z.strictObject({ memory: Quantity }),
});
const pod = {
  image: z.string().regex(/:[\w][\w.-]*(@sha256:[0-9a-f]{64})?$/),
  automountServiceAccountToken: z.literal('false'),
  env: z.array(EnvVar).refine((env) => new Set(env.map(({ name }) => name)).size === env.length),
  resources: Resources,
};
const Metadata = z.strictObject({
  name: DnsLabel.max(MOST_NAME),
  namespace: DnsLabel,
  labels: z.record(z.string().regex(/^[\w./-]{1,253}$/), z.string().regex(/^[\w.-]{0,63}$/)),
});

export const ConfigMapManifest = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('ConfigMap'),
  metadata: Metadata,
  immutable: z.literal(true),
  data: z.strictObject({ 'script.js': z.string().min(1) }),
});
export type ConfigMapManifest = z.infer<typeof ConfigMapManifest>;

export const TestRunManifest = z.strictObject({
  apiVersion: z.literal('k6.io/v1alpha1'),
  kind: z.literal('TestRun'),
  metadata: Metadata,
  spec: z.strictObject({
    parallelism: z.number().int().min(1).max(MOST_SHARDS),
    separate: z.boolean(),
    quiet: z.literal('true'),
    paused: z.literal('true'),
    /** The operator splits it at blanks and hands most of it to `k6 archive`, too: what that does not know stands alone. */
    arguments: z.string().regex(/^[\w=.-]+( [\w=.-]+)*$/),
    script: z.strictObject({ configMap: z.strictObject({ name: DnsLabel, file: z.literal('script.js') }) }),
    initializer: z.strictObject(pod),
    starter: z.strictObject({
      image: pod.image.optional(),
      automountServiceAccountToken: z.literal('false'),
    }),
    runner: z.strictObject(pod),
  }),
});
export type TestRunManifest = z.infer<typeof TestRunManifest>;
