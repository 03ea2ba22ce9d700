import { z } from 'zod';
import { Evidence } from '../contract/evidence/evidence.ts';
import { LoadProfile } from '../contract/load/load-profile.ts';
import { Policy } from '../contract/verdict/policy.ts';
import { Probe } from '../contract/plan/probe.ts';
import { TableMapping } from '../contract/plan/table-mapping.ts';
import { Target } from '../contract/plan/target.ts';
import { Verdict } from '../contract/verdict/verdict.ts';

/**
 * The part of a plan that is data. Flows, undo functions, readers and response schemas are code of the user's, which no
 * JSON Schema can describe: they stand as "anything" there.
 */
const PlanData = z.strictObject({
  target: Target,
  probes: z.array(Probe),
  tables: z.array(TableMapping),
  profiles: z.array(LoadProfile),
  policy: Policy,
});

/** JSON Schemas (draft 2020-12) by file name, for consumers that are not written in TypeScript. */
export function jsonSchemas(): Readonly<Record<string, unknown>> {
  return {
    'verdict.schema.json': schemaOf(Verdict, 'Verdict of a Greenlight run', 'output'),
    'evidence.schema.json': schemaOf(Evidence, 'Evidence of a Greenlight run', 'output'),
    'plan-data.schema.json': schemaOf(PlanData, 'The data of a Greenlight plan', 'input'),
  };
}

function schemaOf(schema: z.ZodType, title: string, io: 'input' | 'output'): unknown {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'ref' });
  return { title, ...made };
}
