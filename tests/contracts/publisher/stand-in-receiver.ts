import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What arrived. */
interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** A stand-in for a service that takes messages: it keeps them and answers what it is told to, the last one for ever. */
export interface StandInReceiver {
  readonly url: string;
  readonly received: Received[];
  answers: readonly (readonly [status: number, headers?: Record<string, string>, body?: string])[];
  close(): Promise<void>;
}

export async function startReceiver(): Promise<StandInReceiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => (body += part));
    request.on('end', () => {
      received.push({
        path: request.url ?? '',
        headers: request.headers as Readonly<Record<string, string | undefined>>,
        body,
      });
      const { answers } = receiver;
      const [status, headers = {}, text = ''] = answers[Math.min(received.length, answers.length) - 1] ?? [
        200,
      ];
      response.writeHead(status, headers).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: StandInReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answers: [[200]],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
