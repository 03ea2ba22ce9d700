import { z } from 'zod';
import { createStandIn } from '../stripe-stand-in/server.ts';
import { serveParent } from './serve-parent.ts';

const Settings = z.strictObject({
  secretKey: z.string(),
  retryDelaysMs: z.array(z.number().int().nonnegative()),
  timeoutMs: z.number().int().positive(),
});

serveParent(Settings, async ({ secretKey, ...settings }) => {
  const standIn = createStandIn(secretKey, settings);
  await new Promise<void>((resolve, reject) => {
    standIn.server.once('error', reject);
    standIn.server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = z.object({ port: z.number() }).parse(standIn.server.address());
  return {
    ready: { port },
    async close() {
      standIn.close();
      standIn.server.close();
      standIn.server.closeAllConnections();
    },
  };
});
