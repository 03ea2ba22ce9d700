import { z } from 'zod';

/** The header that says who is asking. */
export const bearer = (token: string): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${token}`,
});

/** An order as the API shows it. */
export const OrderBody = z.object({
  id: z.string().regex(/^\d+$/),
  status: z.string(),
  total_cents: z.number().int().positive(),
  currency: z.literal('eur'),
  payment: z.object({ reference: z.string(), status: z.string(), amount_cents: z.number().int() }).nullable(),
});

/** `5997` -> `59.97 EUR`, as the shop's mails and pages write it. */
export const money = (cents: number): string =>
  `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')} EUR`;
