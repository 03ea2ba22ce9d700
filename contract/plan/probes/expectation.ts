import { z } from 'zod';
import type { Statement } from '../../flow/statement.ts';

/** What a plan compares in a document: the same form as `expect` of a step. */
export type Expectation = (answer: { readonly body: unknown }) => readonly Statement[];

/** A function of the plan that makes comparisons. */
export const Expectation = z.custom<Expectation>(
  (value) => typeof value === 'function',
  'must be a function ({ body }) => [equal(...)]',
);

/** A regular expression as text, so that it is data. */
export const Pattern = z
  .string()
  .min(1)
  .refine(isPattern, { message: 'must be a regular expression, such as "deployed \\\\d+ of \\\\d+"' });

/** A pattern of the plan; `^` and `$` are the ends of a line. */
export function patternOf(source: string): RegExp {
  return new RegExp(source, 'm');
}

function isPattern(source: string): boolean {
  try {
    patternOf(source);
    return true;
  } catch {
    // What is wrong with it says the message beside the schema.
    return false;
  }
}
