import { createNewShop } from '../new-shop/app.ts';
import { ShopConfig } from '../shop/config.ts';
import { serveParent } from './serve-parent.ts';

serveParent(ShopConfig, async (config) => {
  // Loaded only when a fault is planted: a clean shop does not even contain it.
  const fault =
    config.fault === null ? undefined : (await import('../faults/shop-faults.ts')).shopFault(config.fault);
  const app = createNewShop(config, fault);
  const url = await app.listen({ host: '127.0.0.1', port: config.port });
  return { ready: { url }, close: () => app.close() };
});
