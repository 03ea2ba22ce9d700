import { createOldShop } from '../old-shop/app.ts';
import { ShopConfig } from '../shop/config.ts';
import { serveParent } from './serve-parent.ts';

serveParent(ShopConfig, async (config) => {
  const app = createOldShop(config);
  const url = await app.listen({ host: '127.0.0.1', port: config.port });
  return { ready: { url }, close: () => app.close() };
});
