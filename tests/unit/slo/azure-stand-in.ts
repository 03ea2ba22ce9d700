import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BatchQueryResults, ErrorResponse, QueryBody } from '@azure/monitor-query-logs';

/** What Azure answers to one query. The type of the whole answer is not exported; that of one in a batch has its fields. */
export type AzureAnswer = Required<Pick<BatchQueryResults, 'tables'>> & Pick<BatchQueryResults, 'error'>;

/** What arrived, as far as it says something. */
export interface AzureRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly authorization: string | undefined;
  readonly accept: string | undefined;
  readonly type: string | undefined;
  readonly body: QueryBody;
}

export interface AzureStandIn {
  readonly url: string;
  readonly requests: AzureRequest[];
  close(): Promise<void>;
}

export type AzureReply = (
  request: AzureRequest,
) => AzureAnswer | { readonly status: number; readonly body: ErrorResponse | string };

/** A stand-in for Azure Monitor on this machine: no account is here. It answers in the types of the vendor's client. */
export async function startAzure(reply: AzureReply): Promise<AzureStandIn> {
  const requests: AzureRequest[] = [];
  const server = createServer((incoming, response) => {
    let text = '';
    incoming.on('data', (part: Buffer) => (text += part.toString()));
    incoming.on('end', () => {
      const request = {
        method: incoming.method,
        path: incoming.url,
        authorization: incoming.headers.authorization,
        accept: incoming.headers.accept,
        type: incoming.headers['content-type'],
        body: JSON.parse(text) as QueryBody,
      };
      requests.push(request);
      const said = reply(request);
      const { status, body } = 'status' in said ? said : { status: 200, body: said };
      response
        .writeHead(status, { 'content-type': 'application/json', location: '/login' })
        .end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A table of `start` and `value`, as Azure sends what `summarize ... by start` gives. */
export function table(rows: readonly (readonly [start: string, value: unknown])[]): AzureAnswer {
  return {
    tables: [
      {
        name: 'PrimaryResult',
        columns: [
          { name: 'start', type: 'datetime' },
          { name: 'value', type: 'real' },
        ],
        rows: rows.map((row) => [...row]),
      },
    ],
  };
}
