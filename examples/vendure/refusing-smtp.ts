import { SMTPServer } from 'smtp-server';
import type { AddressInfo } from 'node:net';

/** A mail server that takes connections and refuses every recipient, as one does that does not know the new host. */
export async function startRefusingSmtp(): Promise<{ port: number; stop(): Promise<void> }> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onRcptTo: (_address, _session, answer) => {
      answer(Object.assign(new Error('relaying denied'), { responseCode: 554 }));
    },
  });
  // A client that gives up mid-dialogue is part of the scene, not a failure of this server.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.server.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
