import { z } from 'zod';
import { Evidence } from '../contract/evidence/evidence.ts';
import { Phase } from '../contract/evidence/outcome.ts';
import { PlanSchema } from '../contract/plan/plan.ts';
import { Policy } from '../contract/verdict/policy.ts';
import { Verdict } from '../contract/verdict/verdict.ts';

const { flows: _flows, created: _created, policy: _policy, ...data } = PlanSchema.shape;

/**
 * What of a plan may lie in a file of JSON: all of it but flows and undo functions. Response schemas of probes and readers
 * of the user's own are code, too, which no JSON Schema can describe: they stand as "anything" there.
 */
const PlanData = z.strictObject({
  /** Where the schema is, for editors. */
  $schema: z.string().optional(),
  ...data,
  /** What findings mean: `default`, and what single phases say instead, field by field. */
  policy: z.partialRecord(z.enum(['default', ...Phase.options]), Policy).optional(),
});

/** The schemas by the names of their files. */
export const SCHEMAS = {
  'verdict.schema.json': { schema: Verdict, title: 'Verdict of a Greenlight run', io: 'output' },
  'evidence.schema.json': { schema: Evidence, title: 'Evidence of a Greenlight run', io: 'output' },
  'plan-data.schema.json': { schema: PlanData, title: 'The data of a Greenlight plan', io: 'input' },
} as const;

/** What is said about the keys of an object; undefined for one that nobody read. */
export type Says = (object: z.core.$ZodType) => Readonly<Record<string, string>> | undefined;

/**
 * JSON Schemas (draft 2020-12) by file name, for editors and for consumers that are not written in TypeScript.
 * @param says becomes the descriptions of keys
 */
export function jsonSchemas(says: Says = () => undefined): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(SCHEMAS).map(([name, { schema, title, io }]) => [
      name,
      {
        title,
        ...z.toJSONSchema(schema, {
          io,
          unrepresentable: 'any',
          reused: 'ref',
          override: ({ zodSchema, jsonSchema }) => {
            for (const [key, text] of Object.entries(says(zodSchema) ?? {})) {
              const { properties } = jsonSchema;
              const property = properties?.[key];
              if (properties === undefined || typeof property !== 'object' || text === '') continue;
              // What several keys refer to is one object for all of them.
              if (property.$ref === undefined) property.description ??= text;
              else properties[key] = { ...property, description: text };
            }
          },
        }),
      },
    ]),
  );
}
