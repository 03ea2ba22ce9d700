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
  readonly pipelinedRequests: { clear(): void; addBody(bytes: Buffer): void };
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
  /** Whether anybody will look at the body of the answer under way; else it is read and not kept. */
  keepsBody(): boolean;
  /** The answer is complete; its body is as it came, in pieces. */
  answered(status: number, body: readonly Buffer[], headers: Record<string, string | string[]>): void;
  /** Size of the answer that was just reported, in bytes on the wire. */
  received(bytes: number): void;
  /** The connection was refused, reset or could not be made. */
  failed(error: NodeJS.ErrnoException): void;
  /** Milliseconds to wait before connecting again. */
  backOffMs(): number;
}

const ON_HEADERS_COMPLETE = 2;
const ON_MESSAGE_COMPLETE = 4;
const SWITCHING_PROTOCOLS = 101;
const NEEDED = ['_connect', '_resetConnection', '_doRequest', 'setRequests', 'destroy'] as const;

/**
 * Puts our hooks on a fresh client, before its first connection. These defects of autocannon 9 make it necessary: it
 * reconnects to a dead port without a pause; it does not reset its parser and queue with a new connection, so that
 * later answers are taken for earlier requests; it sends the next request on a connection that the server has said it
 * will close; it loses a body that the end of the connection ends; it waits for the body of an answer to HEAD; it takes
 * what a server says before its answer (103) for the answer; and it makes text of every piece of a body by itself, which
 * breaks characters at their borders and all that is compressed.
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
  let taught = false;
  let body: Buffer[] = [];

  const requests: readonly AutocannonRequest[] = [
    {
      setupRequest: (defaults) => ({ ...defaults, ...wire }),
      onResponse: (status, _text, _context, headers) => {
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
    body = [];
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
      if (!taught) teach();
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

  function teach(): void {
    taught = true;
    const { [ON_HEADERS_COMPLETE]: headersComplete, [ON_MESSAGE_COMPLETE]: messageComplete } = client.parser;
    let beforehand = false;
    client.parser[ON_HEADERS_COMPLETE] = (info) => {
      beforehand = comesBefore(info);
      if (beforehand) return undefined;
      headersComplete?.(info);
      return hooks.headOnly();
    };
    client.parser[ON_MESSAGE_COMPLETE] = (info) => (beforehand ? undefined : messageComplete?.(info));
    client.pipelinedRequests.addBody = (bytes) => {
      if (hooks.keepsBody()) body.push(bytes);
    };
  }
}

/** Whether a message of the server only announces the answer that is still to come. */
function comesBefore(info: unknown): boolean {
  const { statusCode = 0 } = info as { readonly statusCode?: number };
  return statusCode < 200 && statusCode !== SWITCHING_PROTOCOLS;
}
