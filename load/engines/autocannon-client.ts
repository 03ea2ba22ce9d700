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
  requestIterator: RequestSource;
  destroy(): void;
  _connect(): void;
  _resetConnection(): void;
  _doRequest(): void;
}

/** Where autocannon's client takes its next request from, and brings the answers to. */
interface RequestSource {
  /** Set by a request that could not be made. */
  readonly resetted: boolean;
  readonly currentRequest: { requestBuffer: Buffer };
  nextRequest(): unknown;
  recordBody(request: unknown, status: number, text: string, rawHeaders: RawHeaders | undefined): void;
  /** Makes the bytes of a request. */
  readonly requestBuilder?: (request: OutgoingRequest) => Buffer;
}

/** Names and values in turn, as they came. */
export type RawHeaders = readonly string[];

/** What is sent on one of our connections. */
export interface OutgoingRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What one of our connections does at the moments that matter. */
export interface ClientHooks {
  /**
   * The next request, or undefined to close this connection for good. The very object of the last time means the same
   * bytes: making them anew costs as much as the rest of a request.
   */
  next(): OutgoingRequest | undefined;
  /** Whether the request under way is HEAD: its answer has no body, which autocannon's parser does not know. */
  headOnly(): boolean;
  /** The request leaves now. */
  sent(): void;
  /** Whether anybody will look at the body of the answer under way; else it is read and not kept. */
  keepsBody(): boolean;
  /** The answer is complete; its body is as it came, in pieces. */
  answered(status: number, body: readonly Buffer[], headers: RawHeaders): void;
  /** Size of the answer that was just reported, in bytes on the wire. */
  received(bytes: number): void;
  /** The connection was refused, reset or could not be made. */
  failed(error: NodeJS.ErrnoException): void;
  /** Milliseconds to wait before connecting again. */
  backOffMs(): number;
}

const EMPTY: Buffer = Buffer.alloc(0);
const ON_HEADERS_COMPLETE = 2;
const ON_MESSAGE_COMPLETE = 4;
const SWITCHING_PROTOCOLS = 101;
const NEEDED = ['_connect', '_resetConnection', '_doRequest', 'destroy'] as const;

/**
 * Puts our hooks on a fresh client, before its first connection. These defects of autocannon 9 make it necessary: it
 * reconnects to a dead port without a pause; it does not reset its parser and queue with a new connection, so that
 * later answers are taken for earlier requests; it sends the next request on a connection that the server has said it
 * will close; it loses a body that the end of the connection ends; it waits for the body of an answer to HEAD; it takes
 * what a server says before its answer (103) for the answer; and it makes text of every piece of a body by itself, which
 * breaks characters at their borders and all that is compressed. Its source of requests makes the bytes of each request
 * anew and groups the headers of each answer: ours does so where something differs, or is looked at.
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
  const build = client.requestIterator.requestBuilder;
  if (build === undefined) throw new Error("autocannon's client has no requestBuilder: another version");
  let last: OutgoingRequest | undefined;
  let closing = false;
  let ended = false;
  let waiting = false;
  let taught = false;
  let body: Buffer[] = [];

  const current: RequestSource['currentRequest'] = { requestBuffer: EMPTY };
  client.requestIterator = {
    resetted: false,
    currentRequest: current,
    nextRequest: () => current,
    recordBody: (_request, status, _text, rawHeaders = []) => {
      closing = saysClose(rawHeaders);
      hooks.answered(status, body, rawHeaders);
    },
  };
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
    if (next !== last) current.requestBuffer = build(next);
    last = next;
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

/** Whether the server closes the connection after this answer. */
function saysClose(rawHeaders: RawHeaders): boolean {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === CONNECTION.length && name.toLowerCase() === CONNECTION)
      return /\bclose\b/i.test(rawHeaders[at + 1] ?? '');
  }
  return false;
}

const CONNECTION = 'connection';
