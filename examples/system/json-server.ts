import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a stand-in of a third party, or of an API, hears. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface JsonServer {
  readonly url: string;
  close(): Promise<void>;
}

export type JsonReply = { readonly status?: number; readonly json: unknown };

/** A server on loopback that answers JSON; what `reply` throws is told as 400. */
export async function startJsonServer(reply: (call: Call) => JsonReply): Promise<JsonServer> {
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://stand-in');
      let said: JsonReply;
      try {
        said = reply({ method: request.method ?? 'GET', url, headers: request.headers, text });
      } catch (error) {
        said = { status: 400, json: { error: { code: 'BadRequest', message: String(error) } } };
      }
      response
        .writeHead(said.status ?? 200, { 'content-type': 'application/json' })
        .end(JSON.stringify(said.json));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
