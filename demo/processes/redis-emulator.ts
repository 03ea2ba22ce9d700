import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import { serveParent } from './serve-parent.ts';

/** A Redis in JavaScript, for machines without a real one. Reports must call it emulated. */
serveParent(z.strictObject({}), async () => {
  const { createRedisMock } = await import('js-redis-server');
  const server = await createRedisMock();
  const address = server.addresses()[0];
  if (address === undefined) throw new Error('js-redis-server gave no address');
  return { ready: { port: address.port, version: packageVersion() }, close: () => server.close() };
});

/** Its exports hide package.json, so the file is found beside the entry. */
function packageVersion(): string {
  const entry = createRequire(import.meta.url).resolve('js-redis-server');
  const file = path.join(path.dirname(entry), '..', 'package.json');
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
