import type { EventEmitter } from 'node:events';

/** The parts of autocannon 9's client that we hold on to. Not in its types; the version is pinned for that reason. */
export interface AutocannonClient extends EventEmitter {
  destroyed: boolean;
  /** Milliseconds. */
  timeout: number;
  readonly conn: EventEmitter;
  readonly parser: {
    initialize(type: 'RESPONSE'): void;
    /** Ends a body that only the end of the connection ends. */
    finish(): unknown;
    [handler: number]: ((info: unknown) => unknown) | undefined;
  };
  readonly pipelinedRequests: { clear(): void };
  setRequests(requests: readonly AutocannonRequest[]): void;
  destroy(): void;
  _connect(): void;
  _resetConnection(): void;
  _doRequest(): void;
}

/** One request of autocannon whose content is set anew every time. */
export interface AutocannonRequest {
  setupRequest(defaults: Record<string, unknown>): Record<string, unknown>;
  onResponse(
    status: number,
    body: string,
    context: unknown,
    headers: Record<string, string | string[]>,
  ): void;
}

/** What one of our connections does at the moments that matter. */
export interface ClientHooks {
  /** The next request, or undefined to close this connection for good. */
  next(): Record<string, unknown> | undefined;
  /** Whether the request under way is HEAD: its answer has no body, which autocannon's parser does not know. */
  headOnly(): boolean;
  /** The request leaves now. */
  sent(): void;
  /** The answer is complete. */
  answered(status: number, body: string, headers: Record<string, string | string[]>): void;
  /** Size of the answer that was just reported, in bytes on the wire. */
  received(bytes: number): void;
  /** The connection was refused, reset or could not be made. */
  failed(error: NodeJS.ErrnoException): void;
  /** Milliseconds to wait before connecting again. */
  backOffMs(): number;
}

const ON_HEADERS_COMPLETE = 2;
const NEEDED = ['_connect', '_resetConnection', '_doRequest', 'setRequests', 'destroy'] as const;

/**
 * Puts our hooks on a fresh client, before its first connection. These defects of autocannon 9 make it necessary: it
 * reconnects to a dead port without a pause; it does not reset its parser and queue with a new connection, so that
 * later answers are taken for earlier requests; it sends the next request on a connection that the server has said it
 * will close; it loses a body that the end of the connection ends; and it waits for the body of an answer to HEAD.
 * @throws Error when this is not the client that we know
 */
export function hookClient(client: AutocannonClient, hooks: ClientHooks, timeoutMs: number): void {
  for (const name of NEEDED) {
    if (typeof client[name] !== 'function')
      throw new Error(`autocannon's client has no ${name}(): another version`);
  }
  const connect = client._connect.bind(client);
  const doRequest = client._doRequest.bind(client);
  // Its option is checked to be at least a second and counts in seconds.
  client.timeout = timeoutMs;
  let wire: Record<string, unknown> = {};
  let begun = false;
  let closing = false;
  let ended = false;
  let waiting = false;
  let parserKnowsHead = false;

  const requests: readonly AutocannonRequest[] = [
    {
      setupRequest: (defaults) => ({ ...defaults, ...wire }),
      onResponse: (status, body, _context, headers) => {
        closing = /\bclose\b/i.test(String(headers['connection'] ?? headers['Connection'] ?? ''));
        hooks.answered(status, body, headers);
      },
    },
  ];
  client.on('response', (_status: number, bytes: number) => hooks.received(bytes));
  client.on('connError', (error: NodeJS.ErrnoException) => hooks.failed(error));

  client._doRequest = () => {
    // After the end of a connection autocannon connects and asks again by itself.
    if (client.destroyed || ended) return;
    if (closing) {
      closing = false;
      client._resetConnection();
      return;
    }
    const next = hooks.next();
    if (next === undefined) {
      client.destroy();
      return;
    }
    wire = next;
    // The first request is built when requests are set, all later ones just before they leave.
    if (!begun) client.setRequests(requests);
    begun = true;
    hooks.sent();
    doRequest();
  };
  client._connect = () => {
    if (waiting || client.destroyed) return;
    const open = (): void => {
      waiting = false;
      if (client.destroyed) return;
      closing = false;
      client.parser.initialize('RESPONSE');
      client.pipelinedRequests.clear();
      if (!parserKnowsHead) teachHead();
      ended = false;
      connect();
      client.conn.prependListener('end', () => {
        ended = true;
        client.parser.finish();
        ended = false;
      });
    };
    const pause = hooks.backOffMs();
    if (pause === 0) {
      open();
      return;
    }
    waiting = true;
    setTimeout(open, pause);
  };

  function teachHead(): void {
    parserKnowsHead = true;
    const handler = client.parser[ON_HEADERS_COMPLETE];
    client.parser[ON_HEADERS_COMPLETE] = (info) => {
      handler?.(info);
      return hooks.headOnly();
    };
  }
}
