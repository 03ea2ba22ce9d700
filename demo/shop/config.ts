import { z } from 'zod';

/** How one shop process is set up. It travels over the channel to the child, so that no secret shows in /proc. */
export const ShopConfig = z.strictObject({
  port: z.number().int().min(1).max(65_535),
  databaseUrl: z.string().min(1),
  redis: z.strictObject({
    url: z.string().min(1),
    /** Starts every key: the server may be shared with the other shop, or with strangers. */
    prefix: z.string().min(1),
  }),
  smtp: z.strictObject({ host: z.string().min(1), port: z.number().int().min(1) }),
  stripe: z.strictObject({
    apiBase: z.url(),
    secretKey: z.string().min(1),
    webhookSecret: z.string().min(1),
  }),
  /** Guards the routes under `/internal`. */
  internalToken: z.string().min(16),
  release: z.strictObject({ version: z.string().min(1), commit: z.string().min(1) }),
  /** Id of a planted fault, or null. */
  fault: z.string().nullable(),
});
export type ShopConfig = z.infer<typeof ShopConfig>;

/** Where customers reach a shop; links in its mails start with it. */
export function publicUrlOf(config: Pick<ShopConfig, 'port'>): string {
  return `http://127.0.0.1:${config.port}`;
}
