import { z } from 'zod';
import { type ApiError, invalidRequest } from './api-error.ts';
import type { FormFields } from './form-body.ts';

/** Form values are all text: these read them as what the parameter is. */
export const integer = z
  .string()
  .regex(/^-?\d+$/, 'integer')
  .transform(Number);
export const boolean = z.enum(['true', 'false'], { error: 'boolean' }).transform((text) => text === 'true');
export const text = z.string().min(1, 'empty').max(5_000);
/** Text that may be emptied with ''. */
export const clearableText = z
  .string()
  .max(5_000)
  .transform((value) => (value === '' ? null : value));
/** `types[0]=a&types[1]=b`: the keys are positions. */
export const list = <T extends z.ZodType>(item: T) =>
  z.record(z.string(), item).transform((fields) => Object.values(fields) as z.infer<T>[]);
/** At most 50 pairs; '' removes a key. */
export const metadata = z
  .record(z.string().min(1).max(40), z.string().max(500))
  .refine((fields) => Object.keys(fields).length <= 50, 'at most 50 keys');
/** `created=123` or `created[gte]=123`. */
export const range = z.union([
  integer.transform((exactly) => ({ gte: exactly, lte: exactly })),
  z.strictObject({
    gt: integer.optional(),
    gte: integer.optional(),
    lt: integer.optional(),
    lte: integer.optional(),
  }),
]);
export const expand = { expand: list(z.string()).optional() };
export const page = {
  ...expand,
  limit: integer.refine((limit) => limit >= 1 && limit <= 100, 'between 1 and 100').optional(),
  starting_after: text.optional(),
  ending_before: text.optional(),
};

/** Reads parameters strictly, and says what is wrong the way Stripe does. @throws ApiError */
export function readParams<T extends z.ZodType>(schema: T, fields: FormFields): z.infer<T> {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (!issue) throw new Error('zod refused without an issue');
  throw refusal(issue, fields);
}

function refusal(issue: z.core.$ZodIssue, fields: FormFields): ApiError {
  if (issue.code === 'unrecognized_keys') {
    const param = bracketed([...issue.path, issue.keys[0] ?? '']);
    return invalidRequest(`Received unknown parameter: ${param}`, { code: 'parameter_unknown', param });
  }
  const param = bracketed(issue.path);
  const value = issue.path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    fields,
  );
  if (value === undefined) {
    return invalidRequest(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
  }
  if (issue.message === 'integer') {
    return invalidRequest(`Invalid integer: ${JSON.stringify(value)}`, {
      code: 'parameter_invalid_integer',
      param,
    });
  }
  if (issue.message === 'boolean')
    return invalidRequest(`Invalid boolean: ${JSON.stringify(value)}`, { param });
  if (issue.message === 'empty') {
    return invalidRequest(`You passed an empty string for '${param}'.`, {
      code: 'parameter_invalid_empty',
      param,
    });
  }
  return invalidRequest(`Invalid ${param}: ${issue.message}`, { param });
}

function bracketed(path: readonly PropertyKey[]): string {
  const [first, ...rest] = path.map(String);
  return `${first ?? ''}${rest.map((part) => `[${part}]`).join('')}`;
}
