import { z } from 'zod';
import { SecretString } from './secret.ts';

/** Headers of a plan: literal, or from the environment by `secret('NAME')`. */
export const Headers = z.record(
  z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of a header, such as authorization'),
  SecretString,
);
export type Headers = z.infer<typeof Headers>;

/** The values of headers, under lower-case names. @param read gives the text of a value, its secret read */
export function readHeaders(
  headers: Headers | undefined,
  read: (value: SecretString) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), read(value)]),
  );
}
