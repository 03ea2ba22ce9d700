import type { FastifyInstance } from 'fastify';
import type { BootedDemo } from '../../../demo/boot.ts';
import { shopFault } from '../../../demo/faults/shop-faults.ts';
import { createNewShop } from '../../../demo/new-shop/app.ts';
import { freePort } from '../../../demo/parts/free-port.ts';
import { publicUrlOf, type ShopConfig } from '../../../demo/shop/config.ts';

/** Another new shop on the same parts, with a fault, in this process: a process of its own takes seconds to start. */
export async function startFaultyShop(
  demo: BootedDemo,
  fault: string,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const { databases, redis, mail, payments, stripe, internalToken } = demo.infrastructure;
  const port = await freePort();
  const url = publicUrlOf({ port });
  const endpoint = await payments.addWebhookEndpoint({ url: `${url}/webhooks/stripe` });
  const config: ShopConfig = {
    port,
    databaseUrl: databases.new.url,
    redis: { url: redis.url, prefix: `test:${fault}` },
    smtp: { host: mail.smtpHost, port: mail.smtpPort },
    stripe: { apiBase: payments.apiBase, secretKey: payments.secretKey, webhookSecret: endpoint.secret },
    internalToken,
    release: { version: 'test', commit: 'test' },
    fault,
  };
  const app: FastifyInstance = createNewShop(config, shopFault(fault));
  await app.listen({ host: '127.0.0.1', port });
  return {
    url,
    stop: async () => {
      await stripe.webhookEndpoints.del(endpoint.id);
      await app.close();
    },
  };
}
