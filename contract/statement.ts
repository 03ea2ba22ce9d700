import { z } from 'zod';

/** A value that a report can show as it is. */
export const Shown = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export type Shown = z.infer<typeof Shown>;

/** One comparison that a check made. */
export const Statement = z.strictObject({
  name: z.string(),
  ok: z.boolean(),
  measured: Shown,
  expected: Shown,
  unit: z.string().optional(),
});
export type Statement = z.infer<typeof Statement>;

const MAX_SHOWN = 300;

/** Makes any value showable: strings are capped at 300 characters, objects become JSON. */
export function shown(value: unknown): Shown {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? typeof value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}… (${text.length} characters)` : text;
}

/** States that `measured` is exactly `expected` (`Object.is`, so NaN never equals a number by accident). */
export function equal(name: string, measured: unknown, expected: unknown): Statement {
  return { name, ok: Object.is(measured, expected), measured: shown(measured), expected: shown(expected) };
}

/** States that `measured` is a finite number of at most `limit`. */
export function atMost(name: string, measured: number, limit: number, unit?: string): Statement {
  const ok = Number.isFinite(measured) && measured <= limit;
  return { name, ok, measured: shown(measured), expected: `<= ${limit}`, ...(unit ? { unit } : {}) };
}

/** States that `measured` is a finite number of at least `floor`. */
export function atLeast(name: string, measured: number, floor: number, unit?: string): Statement {
  const ok = Number.isFinite(measured) && measured >= floor;
  return { name, ok, measured: shown(measured), expected: `>= ${floor}`, ...(unit ? { unit } : {}) };
}

/** States that a condition holds; `measured` says what was seen. */
export function holds(name: string, ok: boolean, measured: unknown, expected: unknown): Statement {
  return { name, ok: ok === true, measured: shown(measured), expected: shown(expected) };
}
