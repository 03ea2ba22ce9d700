import type { Server } from 'node:net';
import { z } from 'zod';

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** @param port 0: any that is free @throws the system's own error, such as EADDRINUSE */
export async function listenOn(server: Server, port: number, host: string): Promise<Pick<Listening, 'port'>> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return z.object({ port: z.number() }).parse(server.address());
}
