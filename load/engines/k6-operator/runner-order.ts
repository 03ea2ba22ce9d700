import { Headers } from '../../../contract/plan/headers.ts';
import { z } from 'zod';
import { CheckId } from '../../../contract/plan/check-id.ts';
import { PlannedCheck } from '../../../contract/plan/checks.ts';
import { LoadProfile } from '../../../contract/load/load-profile.ts';
import { Policy } from '../../../contract/verdict/policy.ts';
import { MOST_SHARDS } from '../../../contract/evidence/shard.ts';
import type { K6Order } from '../k6/modules.ts';

/** A label of DNS: what Kubernetes takes as the name of nearly everything. */
export const DnsLabel = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens')
  .max(63);

/** The operator adds `-initializer` and `-service-<index>`, which must be labels of at most 63 characters, too. */
export const MOST_NAME = 50;

const K6OrderFile = z.strictObject({
  profile: LoadProfile,
  urls: z.record(z.string(), z.string()),
  headers: Headers.optional(),
  run: z.string(),
  nonce: z.string().min(1),
  summaryFile: z.literal('stdout'),
  warmupS: z.number().nonnegative(),
  durationS: z.number().positive(),
  preAllocatedVUs: z.number().int().positive(),
  maxVUs: z.number().int().positive(),
  drainS: z.number().nonnegative(),
  shapedSteps: z.array(z.string()).readonly().optional(),
  control: z.string().optional(),
}) satisfies z.ZodType<K6Order>;

/** What was exported: the file `order.json`, against which everything that the runners wrote is held. No secrets. */
export const RunnerOrder = z.strictObject({
  schema: z.literal('greenlight/k6-operator@1'),
  /** Of the TestRun; its Jobs are `<name>-1` to `<name>-<parallelism>`. */
  name: DnsLabel.max(MOST_NAME),
  namespace: DnsLabel,
  parallelism: z.number().int().min(1).max(MOST_SHARDS),
  image: z.string(),
  k6Version: z.string(),
  check: CheckId,
  target: z.string(),
  exportedAt: z.iso.datetime(),
  /** The check as the plan has it, and the policy by which it is weighed. */
  planned: PlannedCheck,
  policy: Policy,
  k6: K6OrderFile,
});
export type RunnerOrder = z.infer<typeof RunnerOrder>;
