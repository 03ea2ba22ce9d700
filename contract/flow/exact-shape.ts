import type { z } from 'zod';
import { PlanMistake } from '../plan/plan-mistake.ts';

/** What a schema makes of a body, or what is wrong with it. */
export type Shaped =
  | { readonly ok: true; readonly data: unknown }
  | { readonly ok: false; readonly issues: readonly z.core.$ZodIssue[] };

/**
 * Applies a schema to a body in which integers beyond 2^53 are `bigint`. Where the schema says `z.number()` it is asked
 * with the number, and the exact one is put back into what it gives.
 * @throws PlanMistake when the schema makes something of the number, so that nothing can be put back
 */
export function shapeExactly(schema: z.ZodType, raw: unknown): Shaped {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { ok: true, data: parsed.data };
  if (!holdsBigint(raw)) return { ok: false, issues: parsed.error.issues };
  const rounded = schema.safeParse(roundedIn(raw));
  if (!rounded.success) return { ok: false, issues: rounded.error.issues };
  const data = restored(raw, rounded.data);
  for (const { path } of parsed.error.issues) {
    const exact = at(raw, path);
    if (!holdsBigint(exact) || holdsBigint(at(data, path))) continue;
    const place = ['body', ...path].map(String).join('.');
    throw new PlanMistake(
      `the schema of ${place} reads ${typeof exact === 'bigint' ? String(exact) : 'a number beyond 2^53'} as a JavaScript number, which is another one`,
      'use z.coerce.bigint() or z.coerce.string() there',
    );
  }
  return { ok: true, data };
}

function holdsBigint(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint';
  return Object.values(value).some(holdsBigint);
}

function roundedIn(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(roundedIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, roundedIn(member)]));
}

function restored(exact: unknown, made: unknown): unknown {
  if (typeof exact === 'bigint') return made === Number(exact) ? exact : made;
  if (Array.isArray(exact) && Array.isArray(made))
    return exact.length === made.length ? made.map((item, index) => restored(exact[index], item)) : made;
  if (!isPlain(exact) || !isPlain(made)) return made;
  return Object.fromEntries(
    Object.entries(made).map(([key, member]) => [
      key,
      Object.hasOwn(exact, key) ? restored(exact[key], member) : member,
    ]),
  );
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (here, key) =>
      typeof here === 'object' && here !== null ? (here as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}
