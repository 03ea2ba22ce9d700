import { z } from 'zod';

/**
 * The address of a system, written in one way: `HTTPS://Shop.Example.com:443/` and `https://shop.example.com/` are one.
 * Without a query, behind which no path can stand.
 */
export const WebAddress = z
  .url({ protocol: /^https?$/i })
  .refine((url) => !/[?#]/.test(url), {
    message: 'must not hold a query (?) or fragment (#): paths are added to it',
  })
  .transform((url) =>
    hasCredentials(url) ? url : url.replace(/^[^:]+:\/\/[^/]*/, (origin) => new URL(origin).origin),
  );

/** Whether an address holds a user name or a password. */
export function hasCredentials(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}
