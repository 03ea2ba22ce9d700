import { z } from 'zod';
import { writeJson } from './exact-json.ts';
import { isThenable, PlanMistake } from '../plan/plan-mistake.ts';

/**
 * A value that a report can show as it is. Marked as pure, like the next one, so that scripts for k6, which use only the
 * functions below, are bundled without zod: every virtual user would evaluate and keep it.
 */
export const Shown = /* @__PURE__ */ z.union([
  /* @__PURE__ */ z.string(),
  /* @__PURE__ */ z.number(),
  /* @__PURE__ */ z.boolean(),
  /* @__PURE__ */ z.null(),
]);
export type Shown = z.infer<typeof Shown>;

/** One comparison that a check made. */
export const Statement = /* @__PURE__ */ z.strictObject({
  name: /* @__PURE__ */ z.string(),
  ok: /* @__PURE__ */ z.boolean(),
  measured: Shown,
  expected: Shown,
  unit: /* @__PURE__ */ z.optional(/* @__PURE__ */ z.string()),
});
export type Statement = z.infer<typeof Statement>;

const MAX_SHOWN = 300;

/** Makes any value showable: strings are capped at 300 characters, objects become JSON. */
export function shown(value: unknown): Shown {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  const text =
    typeof value === 'string'
      ? value
      : typeof value === 'bigint'
        ? String(value)
        : (writeJson(value) ?? typeof value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}… (${text.length} characters)` : text;
}

/** A promise is no value: comparing it would blame the target for a missing `await`. @throws PlanMistake */
function mustBeValue(name: string, ...values: readonly unknown[]): void {
  if (!values.some(isThenable)) return;
  throw new PlanMistake(
    `the comparison "${name}" was given a promise`,
    'compare the value that it resolves to',
  );
}

/**
 * States that `measured` is exactly `expected` (`Object.is`, so NaN never equals a number by accident; `5n` is `5`).
 * @throws PlanMistake when an integer beyond 2^53 is held against a number that was rounded before it came here
 */
export function equal(name: string, measured: unknown, expected: unknown): Statement {
  mustBeValue(name, measured, expected);
  const ok = Object.is(measured, expected) || sameInteger(measured, expected);
  return { name, ok, measured: shown(measured), expected: shown(expected) };
}

function sameInteger(one: unknown, other: unknown): boolean {
  if (typeof one === 'number' && typeof other === 'bigint') return sameInteger(other, one);
  if (typeof one !== 'bigint' || typeof other !== 'number' || Number(one) !== other) return false;
  if (Number.isSafeInteger(other)) return true;
  throw new PlanMistake(
    `${one} cannot be held against the number ${other}, which JavaScript may have rounded`,
    `write such a number as a bigint: ${one}n`,
  );
}

/** States that `measured` is a finite number of at most `limit`. */
export function atMost(name: string, measured: number | bigint, limit: number, unit?: string): Statement {
  mustBeValue(name, measured, limit);
  const ok = isFiniteNumber(measured) && measured <= limit;
  return { name, ok, measured: shown(measured), expected: `<= ${limit}`, ...(unit ? { unit } : {}) };
}

/** States that `measured` is a finite number of at least `floor`. */
export function atLeast(name: string, measured: number | bigint, floor: number, unit?: string): Statement {
  mustBeValue(name, measured, floor);
  const ok = isFiniteNumber(measured) && measured >= floor;
  return { name, ok, measured: shown(measured), expected: `>= ${floor}`, ...(unit ? { unit } : {}) };
}

function isFiniteNumber(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || Number.isFinite(value);
}

/** States that a condition holds; `measured` says what was seen. */
export function holds(name: string, ok: boolean, measured: unknown, expected: unknown): Statement {
  mustBeValue(name, ok, measured, expected);
  return { name, ok: ok === true, measured: shown(measured), expected: shown(expected) };
}
