import type { z } from 'zod';
import type { PlanSchema } from '../../contract/plan/plan.ts';
import type { Policy } from '../../contract/verdict/policy.ts';
import type { SCHEMAS } from '../../reporters/schemas.ts';

/**
 * The types of the schemas that have a reference. Read by the compiler, never at run time: a type still knows the comment
 * that stands beside its key.
 */
export interface Shapes {
  readonly plan: z.input<typeof PlanSchema>;
  readonly policy: z.input<typeof Policy>;
  readonly 'verdict.schema.json': z.output<(typeof SCHEMAS)['verdict.schema.json']['schema']>;
  readonly 'evidence.schema.json': z.output<(typeof SCHEMAS)['evidence.schema.json']['schema']>;
  readonly 'plan-data.schema.json': z.input<(typeof SCHEMAS)['plan-data.schema.json']['schema']>;
}
