import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeTarget {
  readonly url: string;
  readonly requests: { method: string; url: string; body: string; headers: http.IncomingHttpHeaders }[];
  /** Requests that have arrived, also when they are not kept. */
  count(): number;
  close(): Promise<void>;
}

type Answer = (
  request: http.IncomingMessage,
  response: http.ServerResponse,
  index: number,
  body: string,
) => void;

/** A server in this process that answers as told. `keep` remembers every request. */
export async function startTarget(answer: Answer, options: { keep?: boolean } = {}): Promise<FakeTarget> {
  const requests: FakeTarget['requests'] = [];
  let count = 0;
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      count += 1;
      const { method = '', url = '', headers } = request;
      if (options.keep === true) requests.push({ method, url, body, headers });
      answer(request, response, count, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    count: () => count,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
