import { z } from 'zod';
import { startRedisEmulator } from '../redis-emulator/server.ts';
import { serveParent } from './serve-parent.ts';

/** What the demo uses of Redis, for machines without one. Reports must call it emulated. */
serveParent(z.strictObject({}), async () => {
  const server = await startRedisEmulator();
  return { ready: { port: server.port }, close: () => server.close() };
});
