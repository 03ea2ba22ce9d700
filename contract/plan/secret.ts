import { z } from 'zod';

/** A value that lives in the environment and never in a file: only its name is part of the plan. */
export const SecretRef = z.strictObject({ secret: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) });
export type SecretRef = z.infer<typeof SecretRef>;

/** A literal string, or a reference to an environment variable that holds it. */
export const SecretString = z.union([z.string(), SecretRef]);
export type SecretString = z.infer<typeof SecretString>;

/** Refers to the environment variable `name`; Greenlight reads it late and masks its value in every output. */
export function secret(name: string): SecretRef {
  return { secret: name };
}
